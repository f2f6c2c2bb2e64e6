// Errors the user can mend, and cancellation. Anything else that is thrown is a bug.
#pragma once

#include <stdexcept>
#include <string>

namespace cytomo {

/// Something about the input is wrong and the user can mend it.
/// what() reads "FILE: expected E, found F. REMEDY".
class InputError : public std::runtime_error {
public:
    explicit InputError(const std::string& message) : std::runtime_error(message) {}
    InputError(const std::string& file, const std::string& expected, const std::string& found,
               const std::string& remedy)
        : std::runtime_error(file + ": expected " + expected + ", found " + found + ". " + remedy) {}
};

/// Options or arguments that contradict each other or lie out of range (exit code 2).
class UsageError : public InputError {
public:
    using InputError::InputError;
};

/// The user asked to stop. Nothing half-written is left under a final name.
class Cancelled : public std::runtime_error {
public:
    Cancelled() : std::runtime_error("cancelled") {}
};

}  // namespace cytomo
