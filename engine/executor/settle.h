// What becomes of a node's result before it is recorded (facts/n8n.md 2.3 points 9 to 11, 2.6):
// missing pairings are filled in, failed items go to the error output, a node that always gives
// output gets an empty item. Pure.
#pragma once
#include <vector>

#include "engine/executor/graph.h"
#include "engine/model/item.h"

namespace vaettir::engine {

// Does the result count as failed for retryOnFail: its first item carries an error?
bool looks_failed(const Outputs& outputs);

// `inputs` are the items the node saw.
Outputs settle(const GraphNode& node, const std::vector<Items>& inputs, Outputs outputs);

// Items as a node receives them on `input`: each paired to its own position. Shares the list where
// it is so already.
Items with_lineage(const Items& items, std::uint32_t input);

// Bytes that these outputs add to an execution: what they share with the items they were made from
// does not count.
std::size_t added_bytes(const std::vector<Items>& inputs, const Outputs& outputs);

}  // namespace vaettir::engine
