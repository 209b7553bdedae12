// Filter parameters ({options, conditions, combinator}) as If, Filter and Switch use them: decided
// for one item, after its expressions are resolved (facts: filter parameter). Pure but for the
// compiled patterns it keeps.
#pragma once
#include "base/core/json.h"
#include "base/core/result.h"
#include "engine/nodes/patterns.h"

namespace vaettir::engine {

// Errors: workflow_failed; the text names the condition by its number (from 1), the value and what
// was expected.
Result<bool> holds(const json::Value& filter, Patterns& patterns);

}  // namespace vaettir::engine
