// The order of execution (facts/n8n.md 2.3, 2.4, 2.6), one rule a test.
#include "engine/executor/step.h"

#include "tests/unit/engine/executor/graph_kit.h"

namespace vaettir::engine {
namespace {

TEST(Step, RunsAChainInOrder) {
  GraphKit kit;
  const auto a = kit.add("A", 0, 0), b = kit.add("B", 1, 0), c = kit.add("C", 2, 0);
  kit.link(a, b);
  kit.link(b, c);
  EXPECT_EQ(kit.run(a), "A B C");
  EXPECT_EQ(kit.state->status(), ExecutionState::kSuccess);
  EXPECT_EQ(kit.state->last_node(), c);
  EXPECT_EQ(kit.records[2]->execution_index, 2u);
  EXPECT_EQ(kit.records[2]->sources[0], (Source{b, 0, 0}));
}

TEST(Step, TopMostBranchEndsBeforeTheNextBegins) {
  GraphKit kit;
  const auto a = kit.add("A", 0, 0);
  const auto low = kit.add("low", 1, 100), high = kit.add("high", 1, -100);
  const auto low2 = kit.add("low2", 2, 100), high2 = kit.add("high2", 2, -100);
  kit.link(a, low);  // first in the file, last by place
  kit.link(a, high);
  kit.link(low, low2);
  kit.link(high, high2);
  EXPECT_EQ(kit.run(a), "A high high2 low low2");
}

TEST(Step, OfTheSameHeightTheLeftMostRunsFirst) {
  GraphKit kit;
  const auto a = kit.add("A", 0, 0);
  const auto right = kit.add("right", 5, 10), left = kit.add("left", 2, 10);
  kit.link(a, right);
  kit.link(a, left);
  EXPECT_EQ(kit.run(a), "A left right");
}

TEST(Step, OutputsAreOrderedByPlaceNotByNumber) {
  GraphKit kit;
  const auto a = kit.add("A", 0, 0);
  const auto yes = kit.add("yes", 1, 50), no = kit.add("no", 1, -50);
  kit.link(a, yes, 0);
  kit.link(a, no, 1);
  kit.behaves(a, gives({items_of({1}), items_of({2})}));
  EXPECT_EQ(kit.run(a), "A no yes");
}

TEST(Step, AnEmptyOutputStartsNothing) {
  GraphKit kit;
  const auto a = kit.add("A", 0, 0), yes = kit.add("yes", 1, 0), no = kit.add("no", 1, 1);
  kit.link(a, yes, 0);
  kit.link(a, no, 1);
  kit.behaves(a, gives({Items(), items_of({2})}));
  EXPECT_EQ(kit.run(a), "A no");
}

TEST(Step, ANodeThatGivesNothingAtAllEndsItsBranch) {
  GraphKit kit;
  const auto a = kit.add("A", 0, 0), b = kit.add("B", 1, 0);
  kit.link(a, b);
  kit.behaves(a, gives({}));
  EXPECT_EQ(kit.run(a), "A");
  EXPECT_EQ(kit.state->status(), ExecutionState::kSuccess);
}

TEST(Step, ATriggerWithoutItemsRunsAllTheSame) {
  GraphKit kit;
  const auto a = kit.add("A", 0, 0);
  EXPECT_EQ(kit.run(a, Items()), "A");
}

TEST(Step, TwoEdgesIntoOneInputAreTwoRuns) {
  GraphKit kit;
  const auto a = kit.add("A", 0, 0);
  const auto b = kit.add("B", 1, -1), c = kit.add("C", 1, 1), join = kit.add("J", 2, 0);
  kit.link(a, b);
  kit.link(a, c);
  kit.link(b, join);
  kit.link(c, join);
  EXPECT_EQ(kit.run(a), "A B J C J");
  ASSERT_EQ(kit.state->runs(join), 2u);
  EXPECT_EQ(kit.state->records(join)[1]->run, 1u);
  EXPECT_EQ(kit.state->sources(join, 1)[0], (Source{c, 0, 0}));
}

TEST(Step, InputItemsArePairedToTheirOwnPosition) {
  GraphKit kit;
  const auto a = kit.add("A", 0, 0), b = kit.add("B", 1, 0), m = kit.add("M", 2, 0);
  kit.link(a, b);
  kit.link(a, m, 0, 0);
  kit.link(b, m, 0, 1);
  kit.run(a, items_of({7, 8}));
  const RunNode& last = kit.runs.back();
  ASSERT_EQ(last.inputs.size(), 2u);
  EXPECT_EQ(last.inputs[1][1].paired.all()[0], (Pairing{1, 1, nullptr}));
  EXPECT_EQ(last.inputs[0][0].paired.all()[0], (Pairing{0, 0, nullptr}));
}

TEST(Step, ANodeWithTwoInputsWaitsForBoth) {
  GraphKit kit;
  const auto a = kit.add("A", 0, 0);
  const auto b = kit.add("B", 1, -1), c = kit.add("C", 1, 1), merge = kit.add("M", 2, -5);
  const auto after = kit.add("Z", 3, 0);
  kit.link(a, b);
  kit.link(a, c);
  kit.link(b, merge, 0, 0);
  kit.link(c, merge, 0, 1);
  kit.link(merge, after);
  EXPECT_EQ(kit.run(a), "A B C M Z");
  EXPECT_EQ(kit.state->sources(merge, 0)[1], (Source{c, 0, 0}));
}

TEST(Step, AnInputThatNeverComesIsEmptyWhenNothingElseIsLeft) {
  GraphKit kit;
  const auto a = kit.add("A", 0, 0), side = kit.add("S", 1, 9), merge = kit.add("M", 2, 0);
  kit.link(a, merge, 0, 0);
  kit.link(a, side, 0);
  kit.link(side, merge, 0, 1);
  kit.behaves(side, gives({Items()}));
  EXPECT_EQ(kit.run(a), "A S M");
  EXPECT_TRUE(kit.runs.back().inputs[1].empty());
  EXPECT_FALSE(kit.runs.back().inputs[0].empty());
}

TEST(Step, RequiredInputsKeepANodeFromRunningWithoutThem) {
  for (const bool by_count : {true, false}) {
    GraphKit kit;
    GraphNode node;
    if (by_count)
      node.required.count = 2;
    else
      node.required.inputs = {1};
    const auto a = kit.add("A", 0, 0), side = kit.add("S", 1, 9);
    const auto merge = kit.add("M", 2, 0, node);
    kit.link(a, merge, 0, 0);
    kit.link(a, side);
    kit.link(side, merge, 0, 1);
    kit.behaves(side, gives({Items()}));
    EXPECT_EQ(kit.run(a), "A S");
    EXPECT_EQ(kit.state->status(), ExecutionState::kSuccess);
  }
}

TEST(Step, OfTwoWaitingNodesTheAncestorIsReleasedFirst) {
  GraphKit kit;
  const auto a = kit.add("A", 0, 0), b = kit.add("B", 0, 5);
  const auto late = kit.add("late", 3, 0), early = kit.add("early", 2, 0);
  kit.link(a, late, 0, 0);  // waits first
  kit.link(a, early, 0, 0);
  kit.link(a, b);
  kit.link(b, early, 0, 1);
  kit.link(early, late, 0, 1);
  kit.behaves(b, gives({Items()}));
  EXPECT_EQ(kit.run(a), "A B early late");
}

TEST(Step, SeveralSetsOfInputsFillOneAfterTheOther) {
  GraphKit kit;
  const auto a = kit.add("A", 0, 0);
  const auto b = kit.add("B", 1, 0), c = kit.add("C", 1, 1), d = kit.add("D", 1, 2);
  const auto merge = kit.add("M", 2, 0);
  for (const auto node : {b, c, d}) kit.link(a, node);
  kit.link(b, merge, 0, 0);
  kit.link(c, merge, 0, 0);
  kit.link(d, merge, 0, 1);
  EXPECT_EQ(kit.run(a), "A B C D M M");
  EXPECT_EQ(kit.state->sources(merge, 0)[0], (Source{b, 0, 0}));
  EXPECT_EQ(kit.state->sources(merge, 0)[1], (Source{d, 0, 0}));
  EXPECT_EQ(kit.state->sources(merge, 1)[0], (Source{c, 0, 0}));
  EXPECT_EQ(kit.state->sources(merge, 1)[1], std::nullopt);
}

TEST(Step, ADisabledNodePassesItsFirstInputOn) {
  GraphKit kit;
  GraphNode off;
  off.disabled = true;
  const auto a = kit.add("A", 0, 0), b = kit.add("B", 1, 0, off), c = kit.add("C", 2, 0);
  kit.link(a, b);
  kit.link(b, c);
  kit.behaves(b, fails_with("it must not run"));
  EXPECT_EQ(kit.run(a, items_of({1, 2})), "A B C");
  EXPECT_EQ(kit.runs.size(), 2u);
  EXPECT_TRUE(equal(*kit.state->output(c, 0, 0), *kit.state->output(b, 0, 0)));
}

TEST(Step, ExecuteOnceSeesTheFirstItemOnly) {
  GraphKit kit;
  GraphNode once;
  once.execute_once = true;
  const auto a = kit.add("A", 0, 0), b = kit.add("B", 1, 0, once);
  kit.link(a, b);
  kit.run(a, items_of({4, 5, 6}));
  ASSERT_EQ(kit.runs.back().inputs[0].size(), 1u);
  EXPECT_EQ(kit.runs.back().inputs[0][0].json["n"].number(), 4);
}

TEST(Step, ALoopGoesRoundUntilItsExit) {
  GraphKit kit;
  const auto a = kit.add("A", 0, 0), loop = kit.add("L", 1, 0), body = kit.add("B", 2, 5);
  const auto done = kit.add("done", 2, -5);
  kit.link(a, loop);
  kit.link(loop, done, 0);
  kit.link(loop, body, 1);
  kit.link(body, loop);
  kit.behaves(loop, [](const RunNode& run) {
    const bool over = run.run == 2;
    return Finished{.outputs = {over ? run.inputs[0] : Items(), over ? Items() : run.inputs[0]}};
  });
  EXPECT_EQ(kit.run(a), "A L B L B L done");
}

TEST(Step, StopWorkflowEndsWithTheEntryBackOnTop) {
  GraphKit kit;
  const auto a = kit.add("A", 0, 0), b = kit.add("B", 1, 0), c = kit.add("C", 2, 0);
  kit.link(a, b);
  kit.link(b, c);
  kit.behaves(b, fails_with("no luck"));
  EXPECT_EQ(kit.run(a), "A B");
  EXPECT_EQ(kit.state->status(), ExecutionState::kError);
  EXPECT_EQ(kit.state->error()["message"].string(), "no luck");
  EXPECT_EQ(kit.records.back()->status, RunStatus::kError);
  EXPECT_FALSE(kit.records.back()->outputs);
  ASSERT_NE(kit.state->current(), nullptr);
  EXPECT_EQ(kit.state->current()->node, b);
}

TEST(Step, AnErrorThatIsThrownUnderContinueLeavesTheInputOnOutputZero) {
  for (const OnError mode : {OnError::kContinueRegularOutput, OnError::kContinueErrorOutput}) {
    GraphKit kit;
    GraphNode node;
    node.on_error = mode;
    const auto a = kit.add("A", 0, 0), b = kit.add("B", 1, 0, node);
    const auto c = kit.add("C", 2, 0), error = kit.add("E", 2, 9);
    kit.link(a, b);
    kit.link(b, c, 0);
    kit.link(b, error, 1);
    kit.behaves(b, fails_with("thrown"));
    EXPECT_EQ(kit.run(a, items_of({3})), "A B C");
    EXPECT_EQ(kit.state->status(), ExecutionState::kSuccess);
    EXPECT_EQ(kit.records[1]->status, RunStatus::kError);
    EXPECT_EQ(kit.records[1]->error["message"].string(), "thrown");
    EXPECT_EQ((*kit.records[1]->outputs)[0][0].json["n"].number(), 3);
  }
}

TEST(Step, RetriesAThrownErrorWithAPause) {
  GraphKit kit;
  GraphNode node;
  node.tries = 3;
  node.wait_between_tries = std::chrono::milliseconds(250);
  const auto a = kit.add("A", 0, 0), b = kit.add("B", 1, 0, node);
  kit.link(a, b);
  int calls = 0;
  kit.behaves(b, [&](const RunNode& run) {
    EXPECT_EQ(run.attempt, ++calls);
    EXPECT_EQ(run.run, 0u);
    if (calls < 3) return Finished{.error = failure("not yet")};
    return Finished{.outputs = {run.inputs[0]}};
  });
  EXPECT_EQ(kit.run(a), "A B");
  EXPECT_EQ(calls, 3);
  EXPECT_EQ(kit.runs[2].wait, std::chrono::milliseconds(250));
  EXPECT_EQ(kit.runs[1].wait, Duration{});
}

TEST(Step, GivesUpAfterTheLastTry) {
  GraphKit kit;
  GraphNode node;
  node.tries = 2;
  const auto a = kit.add("A", 0, 0), b = kit.add("B", 1, 0, node);
  kit.link(a, b);
  kit.behaves(b, fails_with("never"));
  EXPECT_EQ(kit.run(a), "A B");
  EXPECT_EQ(kit.runs.size(), 3u);
  EXPECT_EQ(kit.state->status(), ExecutionState::kError);
}

TEST(Step, RetriesAnItemThatCarriesAnError) {
  GraphKit kit;
  GraphNode node;
  node.tries = 2;
  node.on_error = OnError::kContinueRegularOutput;
  const auto a = kit.add("A", 0, 0), b = kit.add("B", 1, 0, node);
  kit.link(a, b);
  kit.behaves(b, gives({Items({item(json::ObjectBuilder().set("error", "again").finish())})}));
  EXPECT_EQ(kit.run(a), "A B");
  EXPECT_EQ(kit.runs.size(), 3u);
  EXPECT_EQ(kit.state->status(), ExecutionState::kSuccess);
}

TEST(Step, AlwaysOutputDataKeepsTheBranchGoing) {
  GraphKit kit;
  GraphNode node;
  node.always_output_data = true;
  const auto a = kit.add("A", 0, 0), b = kit.add("B", 1, 0, node), c = kit.add("C", 2, 0);
  kit.link(a, b);
  kit.link(b, c);
  kit.behaves(b, gives({Items()}));
  EXPECT_EQ(kit.run(a, items_of({1, 2})), "A B C");
  const Item& made = (*kit.state->output(b, 0, 0))[0];
  EXPECT_EQ(made.json.size(), 0u);
  EXPECT_EQ(made.paired.all().size(), 2u);
}

TEST(Step, AnAbortEndsBetweenNodes) {
  GraphKit kit;
  const auto a = kit.add("A", 0, 0);
  const Graph graph = kit.graph();
  State state(graph.size());
  step(graph, state, Begin{.trigger = a, .start_output = 0, .items = items_of({1})}, 1);
  const Actions end = step(graph, state, Abort{ExecutionState::kCanceled, failure("by hand")}, 2);
  EXPECT_FALSE(end.run);
  EXPECT_EQ(state.status(), ExecutionState::kCanceled);
}

TEST(Step, TheSameRunStartedTwiceIsAnEndlessLoop) {
  GraphKit kit;
  const auto a = kit.add("A", 0, 0);
  const Graph graph = kit.graph();
  State state(graph.size());
  ASSERT_TRUE(step(graph, state, Begin{.trigger = a, .start_output = 0, .items = {}}, 1).run);
  EXPECT_FALSE(step(graph, state, Resume{}, 2).run);
  EXPECT_EQ(state.status(), ExecutionState::kError);
  EXPECT_EQ(state.error()["message"].string(), kEndlessLoopText);
}

TEST(Step, ARingOfDisabledNodesIsAnEndlessLoop) {
  GraphKit kit;
  GraphNode off;
  off.disabled = true;
  const auto a = kit.add("A", 0, 0), b = kit.add("B", 1, 0, off), c = kit.add("C", 2, 0, off);
  kit.link(a, b);
  kit.link(b, c);
  kit.link(c, b);
  kit.run(a);
  EXPECT_EQ(kit.state->status(), ExecutionState::kError);
  EXPECT_EQ(kit.state->error()["message"].string(), kEndlessLoopText);
}

TEST(Step, ItemsThatArePassedOnCountOnce) {
  GraphKit kit;
  const auto a = kit.add("A", 0, 0), b = kit.add("B", 1, 0), c = kit.add("C", 2, 0);
  kit.link(a, b);
  kit.link(b, c);
  Items big;
  big.push_back(item(json::ObjectBuilder().set("text", std::string(100'000, 'x')).finish()));
  kit.run(a, big);
  EXPECT_GT(kit.state->bytes(), 100'000u);
  EXPECT_LT(kit.state->bytes(), 110'000u);
}

TEST(Step, AJournalThatDoesNotFitIsRefused) {
  GraphKit kit;
  const auto a = kit.add("A", 0, 0), b = kit.add("B", 1, 0);
  kit.link(a, b);
  kit.run(a);
  const Graph graph = kit.graph();
  State state(graph.size());
  begin_again(graph, state, Begin{.trigger = a, .start_output = 0, .items = items_of({0})});
  const Result<> skipped = replay(graph, state, kit.records[1]);
  ASSERT_FALSE(skipped);
  EXPECT_EQ(skipped.error().cause(), Cause::kInternal);
  EXPECT_TRUE(replay(graph, state, kit.records[0]));
  EXPECT_FALSE(replay(graph, state, kit.records[0])) << "the same entry again";
}

}  // namespace
}  // namespace vaettir::engine
