#include "engine/queue/crash_rules.h"

#include <fmt/format.h>

#include "engine/executor/journal_codec.h"

namespace vaettir::engine {

Result<Recovered> recover(const Graph& graph, const std::vector<JournalEntry>& journal) {
  if (journal.empty() || journal.front().kind != EntryKind::kBegin)
    return fail(Cause::kInternal, "the journal does not begin with the input of the execution");
  Recovered recovered{.state = State(graph.size()),
                      .start_output = 0,
                      .next_sequence = journal.size(),
                      .interrupted_write = std::nullopt};
  for (const JournalEntry& entry : journal) {
    recovered.interrupted_write.reset();
    switch (entry.kind) {
      case EntryKind::kBegin: {
        TRY(Begin begin, decode_begin(entry.payload));
        if (begin.trigger >= graph.size())
          return fail(Cause::kInternal, "the journal begins at a node that is not there");
        recovered.start_output = begin.start_output;
        begin_again(graph, recovered.state, std::move(begin));
        break;
      }
      case EntryKind::kStart:
        recovered.interrupted_write = entry.node;
        break;
      case EntryKind::kRecord: {
        const Entry* current = recovered.state.current();
        TRY(RunRecordPtr record,
            decode_record(entry.payload,
                          current != nullptr ? current->inputs : std::vector<Items>()));
        TRY_OK(replay(graph, recovered.state, std::move(record)));
        break;
      }
    }
  }
  return recovered;
}

std::optional<std::string> reason_to_crash(const ClaimedExecution& claimed,
                                           const Recovered& recovered, const Workflow& workflow) {
  if (!claimed.was_running) return std::nullopt;
  const auto name = [&](NodeIndex node) { return workflow.node(node).name; };
  const Entry* current = recovered.state.current();
  const std::string at = current != nullptr && !recovered.state.ended()
                             ? fmt::format("node '{}'", name(current->node))
                             : std::string("its end");
  if (claimed.barren >= kMostBarrenAttempts)
    return fmt::format("stopped after {} attempts that did not get past {}", claimed.barren, at);
  switch (workflow.settings().on_crash) {
    case OnCrash::kResume:
      return std::nullopt;
    case OnCrash::kStop:
      return fmt::format(
          "the process ended while the execution was at {}; settings.onCrash is stop", at);
    case OnCrash::kAuto:
      if (!recovered.interrupted_write) return std::nullopt;
      return fmt::format(
          "the process ended while node '{}' was running, which may have changed something outside",
          name(*recovered.interrupted_write));
  }
  return std::nullopt;
}

}  // namespace vaettir::engine
