// Executions with real nodes: journal before effects, fences, resuming, turns, limits.
#include "engine/executor/execution.h"

#include <atomic>

#include "engine/store/execution_sql.h"
#include "tests/unit/engine/webhook_house.h"

namespace vaettir::engine {
namespace {

using testing::HasSubstr;

// One target: its answers are made by a function, when they are let through.
class Gate final : public http::Service, public http::Directory {
 public:
  Task<void> serve(http::Exchange& ex) override {
    ++calls;
    if (on_call) on_call();
    while (!open) co_await sleep(ex.loop(), std::chrono::milliseconds(1));
    ex.answer(200, "application/json", R"({"answer":42})");
  }
  http::Service* find(std::string_view host) override { return host == "gate" ? this : nullptr; }
  std::function<void()> on_call;
  std::atomic<int> calls{0};
  std::atomic<bool> open{true};
};

FileNode call_gate(const std::string& method) {
  return {"Call", "httpRequest", 4.2,
          fmt::format(R"({{"method":"{}","url":"http://gate/x","options":{{}}}})", method)};
}

std::filesystem::path fresh_file(const char* name) {
  const auto file = std::filesystem::path(testing::TempDir()) / name;
  for (const char* end : {"", "-wal", "-shm"}) std::filesystem::remove(file.string() + end);
  return file;
}

TEST(Execution, TheJournalIsCommittedBeforeAWriteStarts) {
  WebhookHouse house;
  Gate gate;
  house.targets = &gate;
  std::vector<ExecutionRow> seen;
  gate.on_call = [&] { seen = house.rows(); };
  house.activate({chain_file("a", {hook("w", "lastNode"), call_gate("POST")}, kUnsaved),
                  chain_file("b", {hook("r", "lastNode"), call_gate("GET")}, kUnsaved)});
  EXPECT_EQ(house.call("POST", "/webhook/r").status, 200);
  EXPECT_TRUE(seen.empty()) << "a read needs no promise";
  EXPECT_EQ(house.call("POST", "/webhook/w").status, 200);
  ASSERT_EQ(seen.size(), 1u);
  EXPECT_EQ(seen[0].status, "running");
  EXPECT_TRUE(house.rows().empty()) << "success is not kept";
}

// A house whose process ends in the middle of a call: its store is left as it is.
std::filesystem::path interrupted(const char* name, const std::string& method,
                                  const std::string& settings) {
  const auto file = fresh_file(name);
  WebhookHouse house(0, {}, ExecutionStore::open(file, "old").value());
  Gate gate;
  gate.open = false;
  house.targets = &gate;
  house.activate({chain_file(
      "a",
      {hook("go", "onReceived"), call_gate(method), set_field("After", "x", "={{ $json.answer }}")},
      settings)});
  EXPECT_EQ(house.call("POST", "/webhook/go").status, 200);
  house.run_until([&] { return gate.calls == 1; });
  return file;
}

struct Aftermath {
  ExecutionRow row;
  int calls = 0;
};
Aftermath restarted(const std::filesystem::path& file) {
  Gate gate;
  Aftermath after;
  {
    WebhookHouse house(0, {}, ExecutionStore::open(file, "new").value());
    house.targets = &gate;
    house.activate({});
    for (const ExecutionId id : house.store->unfinished().value())
      house.workers[0]->post_stored(id);
    house.until_idle();
    after = {house.rows().at(0), gate.calls};
  }
  fresh_file(file.filename().c_str());
  return after;
}

TEST(Execution, AnInterruptedReadIsRunAgain) {
  const Aftermath after = restarted(interrupted("read.db", "GET", R"("executionOrder":"v1")"));
  EXPECT_EQ(after.row.status, "success");
  EXPECT_EQ(after.row.last_node, "After");
  EXPECT_EQ(after.row.attempt, 2u);
  EXPECT_EQ(after.calls, 1);
}

TEST(Execution, AnInterruptedWriteEndsAsCrashedByName) {
  const Aftermath after = restarted(interrupted("write.db", "POST", R"("executionOrder":"v1")"));
  EXPECT_EQ(after.row.status, "crashed");
  EXPECT_EQ(after.row.last_node, "Call");
  EXPECT_THAT(after.row.error, HasSubstr("'Call'"));
  EXPECT_EQ(after.calls, 0);
}

TEST(Execution, AWorkflowMayAskToBeResumed) {
  const Aftermath after =
      restarted(interrupted("resume.db", "POST", R"("executionOrder":"v1","onCrash":"resume")"));
  EXPECT_EQ(after.row.status, "success");
  EXPECT_EQ(after.calls, 1);
}

TEST(Execution, AWorkflowMayAskToBeStopped) {
  const Aftermath after =
      restarted(interrupted("stop.db", "GET", R"("executionOrder":"v1","onCrash":"stop")"));
  EXPECT_EQ(after.row.status, "crashed");
  EXPECT_EQ(after.calls, 0);
}

// Two reads, the process ends in the second; how many are made by the next one.
int reads_after_a_crash(const char* name, const std::string& settings) {
  const auto file = fresh_file(name);
  {
    WebhookHouse house(0, {}, ExecutionStore::open(file, "old").value());
    Gate gate;
    house.targets = &gate;
    gate.on_call = [&] { gate.open = gate.calls == 1; };
    FileNode second = call_gate("GET");
    second.name = "Again";
    house.activate(
        {chain_file("a", {hook("go", "onReceived"), call_gate("GET"), second}, settings)});
    EXPECT_EQ(house.call("POST", "/webhook/go").status, 200);
    house.run_until([&] { return gate.calls == 2; });
  }
  return restarted(file).calls;
}

TEST(Execution, SavedProgressIsNotMadeAgain) {
  EXPECT_EQ(
      reads_after_a_crash("progress.db", R"("executionOrder":"v1","saveExecutionProgress":true)"),
      1);
  EXPECT_EQ(reads_after_a_crash("none.db", R"("executionOrder":"v1")"), 2);
}

TEST(Execution, AWorkingWorkerKeepsItsLease) {
  WebhookHouse house(0, WorkerLimits{.lease = std::chrono::milliseconds(400),
                                     .renewal = std::chrono::milliseconds(50)});
  Gate gate;
  gate.open = false;
  house.targets = &gate;
  house.activate({chain_file("a", {hook("go", "onReceived"), call_gate("GET")})});
  ASSERT_EQ(house.call("POST", "/webhook/go").status, 200);
  house.run_until([&] { return gate.calls == 1; });
  const Deadline later = Clock::now() + std::chrono::milliseconds(900);
  house.run_until([&] { return Clock::now() > later; });
  auto claim = house.store->claim(house.edge, house.rows()[0].id, {"test/9", 1LL << 60},
                                  epoch_ms(real_wall_clock().now()));
  house.run_until([&] { return claim.done(); });
  const auto claimed = claim.take();
  ASSERT_TRUE(claimed);
  EXPECT_FALSE(*claimed) << "its first lease would be over by now";
  gate.open = true;
  house.until_idle();
  EXPECT_EQ(house.rows()[0].status, "success");
}

TEST(Execution, AFencedWorkerStopsWithoutATrace) {
  const auto file = fresh_file("fenced.db");
  Gate gate;
  gate.open = false;
  {
    WebhookHouse slow(0, {}, ExecutionStore::open(file, "slow").value());
    slow.targets = &gate;
    slow.activate({chain_file(
        "a", {hook("go", "onReceived"), call_gate("GET"), set_field("After", "x", "1")})});
    ASSERT_EQ(slow.call("POST", "/webhook/go").status, 200);
    slow.run_until([&] { return gate.calls == 1; });
    // Another process takes it over, as if the lease had run out, and finishes it.
    auto other = ExecutionStore::open(file, "other").value();
    Loop loop("other");
    auto claim = other->claim(loop, other->unfinished().value().at(0), {"other/0", 1LL << 60}, 0);
    while (!claim.done()) loop.turn(std::chrono::seconds(1));
    const auto claimed = claim.take();
    ASSERT_TRUE(claimed && *claimed);
    EXPECT_EQ((*claimed)->attempt, 2u);
    gate.open = true;
    slow.until_idle();
    const ExecutionRow row = slow.rows().at(0);
    EXPECT_EQ(row.status, "running") << "what the fenced worker wrote has no effect";
    EXPECT_EQ(row.attempt, 2u);
    EXPECT_EQ(row.last_node, "");
  }
  fresh_file("fenced.db");
}

TEST(Execution, OnReceivedBeyondTheRunningOnesIsKeptAndRunsLater) {
  WebhookHouse house(0, WorkerLimits{.running = 1});
  Gate gate;
  gate.open = false;
  house.targets = &gate;
  house.activate({chain_file("a", {hook("go", "onReceived"), call_gate("GET")})});
  for (int n = 0; n < 3; ++n) EXPECT_EQ(house.call("POST", "/webhook/go").status, 200);
  ASSERT_EQ(house.rows().size(), 3u);
  EXPECT_EQ(house.rows()[0].status, "new");
  EXPECT_EQ(house.rows()[2].status, "running");
  gate.open = true;
  house.until_idle();
  for (const ExecutionRow& row : house.rows()) EXPECT_EQ(row.status, "success");
  EXPECT_EQ(gate.calls, 3);
}

TEST(Execution, TenThousandItemsLetOthersHaveTheirTurn) {
  WebhookHouse house;
  house.activate({chain_file("big",
                             {hook("big", "lastNode"), set_field("One", "x", "={{ $json.n }}"),
                              set_field("Two", "y", "={{ $json.x }}")},
                             kUnsaved)});
  Items items;
  for (int n = 0; n < 10'000; ++n)
    items.push_back(Item{.json = json::ObjectBuilder().set("n", json::Value(n)).finish()});
  const LoadedWorkflowPtr workflow = house.activation.workflows.at(0).workflow;
  ASSERT_TRUE(workflow);
  Trigger trigger{.workflow = workflow,
                  .mode = "trigger",
                  .begin = {.trigger = 0, .start_output = 0, .items = items},
                  .caller = nullptr};
  const std::uint64_t before = house.edge.turns();
  ASSERT_EQ(house.workers[0]->post(trigger, house.edge), Taken::kYes);
  house.until_idle();
  // Two nodes of 10,000 items pause after each 1,000.
  EXPECT_GE(house.edge.turns() - before, 18u);
}

TEST(Execution, TheTimeLimitEndsItBetweenNodes) {
  WebhookHouse house;
  Gate gate;
  gate.on_call = [&] { std::this_thread::sleep_for(std::chrono::milliseconds(1100)); };
  house.targets = &gate;
  house.activate(
      {chain_file("a", {hook("slow", "lastNode"), call_gate("GET"), set_field("After", "x", "1")},
                  R"("executionOrder":"v1","executionTimeout":1)")});
  const HandAnswer answer = house.call("POST", "/webhook/slow");
  EXPECT_EQ(answer.cause, Cause::kWorkflowTimeout);
  EXPECT_EQ(answer.status, 504);
  house.until_idle();
  EXPECT_EQ(house.rows()[0].status, "canceled");
  EXPECT_THAT(house.rows()[0].error, HasSubstr("timed out"));
}

TEST(Execution, OneThatIsCanceledEndsBeforeItsNextNode) {
  WebhookHouse house;
  Gate gate;
  gate.open = false;
  house.targets = &gate;
  house.activate({chain_file(
      "a", {hook("go", "onReceived"), call_gate("GET"), set_field("After", "x", "1")})});
  ASSERT_EQ(house.call("POST", "/webhook/go").status, 200);
  house.run_until([&] { return gate.calls == 1; });
  house.workers[0]->cancel(house.rows()[0].id);
  house.edge.turn(std::chrono::milliseconds(5));
  gate.open = true;
  house.until_idle();
  EXPECT_EQ(house.rows()[0].status, "canceled");
  EXPECT_EQ(house.rows()[0].last_node, "Call");
}

TEST(Execution, OneThatNeedsTooMuchFailsAlone) {
  WebhookHouse house(0, WorkerLimits{.execution_bytes = 100'000});
  house.activate({chain_file("a", {hook("big", "lastNode"), set_field("S", "x", "1")})});
  const HandAnswer answer = house.call(
      "POST", "/webhook/big", "{\"t\":\"" + std::string(200'000, 'x') + "\"}", "application/json");
  EXPECT_EQ(answer.status, 500);
  house.until_idle();
  EXPECT_EQ(house.rows()[0].status, "error");
  EXPECT_THAT(house.rows()[0].error, HasSubstr("fewer at a time"));
  EXPECT_EQ(house.call("POST", "/webhook/big", "{}", "application/json").status, 200);
}

TEST(Execution, ItsEventsTellTheWholeStoryInOrder) {
  class Story final : public ExecutionObserver {
   public:
    void on_event(const ExecutionEvent& event) override {
      EXPECT_EQ(event.sequence, next++);
      constexpr std::string_view kWords[] = {"begun", "started", "finished", "ended"};
      text += fmt::format("{}{} ", kWords[static_cast<int>(event.kind)], event.node);
    }
    std::string text;
    std::uint64_t next = 0;
  } story;
  Loop loop("test");
  const Catalog catalog;
  ExecutionStore store(open_store({}).value(), "p");
  const WorkflowPtr workflow =
      read_workflow(chain_file("a", {hook("x", "lastNode"), set_field("S", "x", "1")}), "a.json")
          .value();
  ExecutionWorld world{
      .loop = loop,
      .services = NodeServices{.loop = loop, .clock = real_wall_clock(), .entropy = real_entropy()},
      .store = store,
      .clock = real_wall_clock(),
      .log = nullptr,
      .observers = {&story},
      .byte_budget = 1 << 20};
  Execution execution(world,
                      {.id = 1,
                       .workflow = std::make_shared<LoadedWorkflow>(
                           PreparedWorkflow::prepare(workflow, catalog), ExecutionDefaults{}),
                       .mode = "webhook",
                       .begin = Begin{.trigger = 0,
                                      .start_output = 0,
                                      .items = Items({Item{.json = json::Value::object({})}})},
                       .create = NewExecution{.workflow_id = "a", .claimed = Lease{"p/0", 1}}});
  Task<void> task = execution.run();
  while (!task.done()) loop.turn(std::chrono::seconds(1));
  EXPECT_EQ(story.text, "begun0 started0 finished0 started1 finished1 ended0 ");
}

}  // namespace
}  // namespace vaettir::engine
