#pragma once
#include "cytomo/core/output.h"
