// What becomes of an interrupted execution (DESIGN section 3).
#include "engine/queue/crash_rules.h"

#include <fmt/format.h>

#include "engine/executor/journal_codec.h"
#include "tests/unit/engine/executor/graph_kit.h"

namespace vaettir::engine {
namespace {

WorkflowPtr workflow(std::string_view on_crash) {
  return read_workflow(fmt::format(
                           R"({{"nodes":[
      {{"name":"Hook","type":"n8n-nodes-base.webhook","typeVersion":2,"position":[0,0],"parameters":{{}}}},
      {{"name":"Send it","type":"n8n-nodes-base.httpRequest","typeVersion":4.2,"position":[1,0],"parameters":{{}}}}],
      "connections":{{"Hook":{{"main":[[{{"node":"Send it","type":"main","index":0}}]]}}}},
      "settings":{{"executionOrder":"v1","onCrash":"{}"}}}})",
                           on_crash),
                       "crash.json")
      .value();
}

class CrashRules : public testing::Test {
 protected:
  CrashRules() {
    GraphKit kit;
    const auto hook = kit.add("Hook", 0, 0), send = kit.add("Send it", 1, 0);
    kit.link(hook, send);
    graph_.emplace(kit.graph());
    kit.run(hook);
    begin_ = {EntryKind::kBegin, 0, 0,
              encode_begin({.trigger = 0, .start_output = 2, .items = items_of({0})})};
    hook_ran_ = {EntryKind::kRecord, 0, 0, encode_record(*kit.records[0], kit.runs[0].inputs)};
    send_ran_ = {EntryKind::kRecord, 1, 0, encode_record(*kit.records[1], kit.runs[1].inputs)};
  }
  std::optional<std::string> verdict(std::vector<JournalEntry> journal, std::string_view on_crash,
                                     std::uint32_t barren = 0, bool was_running = true) {
    ClaimedExecution claimed;
    claimed.was_running = was_running;
    claimed.barren = barren;
    const Result<Recovered> recovered = recover(*graph_, journal);
    if (!recovered) return std::string(recovered.error().text());
    return reason_to_crash(claimed, *recovered, *workflow(on_crash));
  }

  std::optional<Graph> graph_;
  JournalEntry begin_, hook_ran_, send_ran_;
  const JournalEntry send_started_{EntryKind::kStart, 1, 0, {}};
};

TEST_F(CrashRules, WithoutAStartedWriteItResumes) {
  EXPECT_EQ(verdict({begin_}, "auto"), std::nullopt);
  EXPECT_EQ(verdict({begin_, hook_ran_}, "auto"), std::nullopt);
  EXPECT_EQ(verdict({begin_, hook_ran_, send_started_, send_ran_}, "auto"), std::nullopt);
}

TEST_F(CrashRules, AnInterruptedWriteEndsItByName) {
  const auto reason = verdict({begin_, hook_ran_, send_started_}, "auto");
  ASSERT_TRUE(reason);
  EXPECT_NE(reason->find("'Send it'"), std::string::npos);
}

TEST_F(CrashRules, TheWorkflowMayDecide) {
  EXPECT_EQ(verdict({begin_, hook_ran_, send_started_}, "resume"), std::nullopt);
  const auto stopped = verdict({begin_, hook_ran_}, "stop");
  ASSERT_TRUE(stopped);
  EXPECT_NE(stopped->find("'Send it'"), std::string::npos);
}

TEST_F(CrashRules, ANewRowAlwaysRuns) {
  EXPECT_EQ(verdict({begin_}, "stop", 0, false), std::nullopt);
}

TEST_F(CrashRules, ThreeAttemptsWithoutAStepAreEnough) {
  EXPECT_EQ(verdict({begin_, hook_ran_}, "resume", kMostBarrenAttempts - 1), std::nullopt);
  const auto reason = verdict({begin_, hook_ran_}, "resume", kMostBarrenAttempts);
  ASSERT_TRUE(reason);
  EXPECT_NE(reason->find("'Send it'"), std::string::npos);
}

TEST_F(CrashRules, TheFoldGoesOnWhereTheJournalEnds) {
  const Recovered recovered = recover(*graph_, {begin_, hook_ran_}).value();
  EXPECT_EQ(recovered.start_output, 2u);
  EXPECT_EQ(recovered.next_sequence, 2u);
  ASSERT_NE(recovered.state.current(), nullptr);
  EXPECT_EQ(recovered.state.current()->node, 1u);
}

TEST_F(CrashRules, AJournalThatCannotBeReadIsAnError) {
  EXPECT_FALSE(recover(*graph_, {}));
  EXPECT_FALSE(recover(*graph_, {hook_ran_}));
  EXPECT_FALSE(recover(*graph_, {begin_, send_ran_}));
  EXPECT_FALSE(recover(*graph_, {{EntryKind::kBegin, 0, 0, "0{\"trigger\":9}"}}));
}

}  // namespace
}  // namespace vaettir::engine
