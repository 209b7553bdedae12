// Paired items: which item of an earlier node an item was made from, found by walking back through
// the pairings of run data (n8n's $('X').item). Pure functions over the run data.
#pragma once
#include "base/core/result.h"
#include "engine/expressions/run_data.h"

namespace vaettir::engine {

// The item of `ancestor` that item `item` of input 0 comes from. Where an item was made from
// several, all ways must lead to the same one. Errors: workflow_failed; the text says where the way
// ends and what to do. The pointer lives as long as the run data.
Result<const Item*> paired_item(const Vantage& from, NodeIndex ancestor, std::size_t item);

}  // namespace vaettir::engine
