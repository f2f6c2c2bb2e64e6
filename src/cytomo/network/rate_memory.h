// Private to network: rates that outlive the program.
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "cytomo/network/precision.h"

namespace cytomo {

/// What rates of this model depend on, one thing a line.
std::string rates_key(NetworkUse use, const Model& model);

/// What the file for this key under cache_folder() says; nothing if there is none, it is damaged, or it is
/// for another key.
std::optional<PrecisionRates> read_rates(const std::string& key);

/// Keeps the rates for later runs, whole or not at all; where that is impossible, does nothing.
void keep_rates(const std::string& key, const PrecisionRates& rates);

/// The rates of this process for a key, else those of the file, else `measure` says and they are kept.
/// `again`: it says in any case. From one thread at a time.
PrecisionRates remembered_rates(const std::string& key, bool again,
                                const std::function<PrecisionRates()>& measure);

/// For tests: the process forgets what it knows, files stay.
void forget_rates();

}  // namespace cytomo
