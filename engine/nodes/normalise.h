// Normalising saved parameters: workflow files leave defaults out, and which property is there at
// all depends on the type's version and on the other parameters. Pure functions over the tables of
// description.h (facts: default stripping).
#pragma once
#include "base/core/json.h"
#include "engine/nodes/description.h"

namespace vaettir::engine {

// Defaults filled in, hidden and unknown parameters left out, filters completed.
json::Value normalise(const NodeDescription& description, double version,
                      const json::Value& parameters);

}  // namespace vaettir::engine
