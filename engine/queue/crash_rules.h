// What becomes of an execution that an earlier attempt did not end (DESIGN section 3). Pure.
#pragma once
#include <cstdint>
#include <optional>
#include <string>

#include "engine/executor/step.h"
#include "engine/store/execution_rows.h"

namespace vaettir::engine {

// So many attempts in a row may end without a single finished node: then it is the execution that
// brings the process down.
inline constexpr std::uint32_t kMostBarrenAttempts = 3;

// The journal, read and folded.
struct Recovered {
  State state;
  std::uint32_t start_output = 0;
  std::uint64_t next_sequence = 0;
  // A node that writes had been started and has no record: what it did outside is not known.
  std::optional<NodeIndex> interrupted_write;
};
// Errors (internal): the journal cannot be read or does not fit the workflow version.
Result<Recovered> recover(const Graph& graph, const std::vector<JournalEntry>& journal);

// nullopt: it goes on. Otherwise why it ends as crashed; the text names the node.
std::optional<std::string> reason_to_crash(const ClaimedExecution& claimed,
                                           const Recovered& recovered, const Workflow& workflow);

}  // namespace vaettir::engine
