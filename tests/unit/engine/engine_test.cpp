// The engine as app/ uses it: a folder that changes, a stop, one file executed.
#include "engine/engine.h"

#include <fstream>

#include "tests/unit/engine/webhook_house.h"

namespace vaettir::engine {
namespace {

using testing::HasSubstr;

class EngineFolder : public testing::Test {
 protected:
  void SetUp() override {
    root_ = std::filesystem::path(testing::TempDir()) / ("engine_test_" + real_entropy().id(8));
    std::filesystem::create_directories(root_ / "workflows");
    edge_.begin();
    engine_thread_.begin();
  }
  void TearDown() override {
    if (engine_) engine_->stop(std::chrono::seconds(5));
    edge_.end();
    engine_thread_.end();
    engine_.reset();
    std::filesystem::remove_all(root_);
  }
  void write(const std::string& name, const std::string& text) {
    std::ofstream(root_ / "workflows" / name) << text;
  }
  void open() {
    EngineOptions options;
    options.environment = {{"N8N_HOST", "people.example.org"}};
    options.data = root_;
    options.workflows = root_ / "workflows";
    options.edge_loops = {&edge_.loop};
    options.engine_loops = {&engine_thread_.loop};
    engine_ = Engine::open(std::move(options)).value();
    engine_->start("https://vaettir.localhost:8443");
    engine_->rescan();
  }
  HandAnswer call(std::string path) {
    HandAnswer answer;
    std::latch done(1);
    edge_.loop.post([&] { edge_.loop.janitor().spawn(serve(path, answer, done)); });
    done.wait();
    return answer;
  }
  Task<void> serve(std::string path, HandAnswer& answer, std::latch& done) {
    HandCall call(edge_.loop, "POST", std::move(path));
    co_await serve_and_read(engine_->webhooks(), call, answer);
    done.count_down();
  }
  std::string problems(const std::string& file) {
    for (const WorkflowStatus& status : engine_->status())
      if (std::filesystem::path(status.file).filename() == file && !status.problems.empty())
        return status.problems[0];
    return {};
  }

  std::filesystem::path root_;
  LoopThread edge_{"edge"}, engine_thread_{"engine"};
  std::unique_ptr<Engine> engine_;
};

TEST_F(EngineFolder, IsFollowed) {
  write("a.json", chain_file("a", {hook("one", "lastNode")}));
  write("broken.json", "{\"nodes\": [");
  write("notes.txt", "not a workflow");
  open();
  EXPECT_EQ(call("/webhook/one").status, 200);
  ASSERT_EQ(engine_->status().size(), 2u);
  EXPECT_EQ(engine_->status()[0].webhooks,
            std::vector<std::string>{"POST https://people.example.org:8443/webhook/one"});
  EXPECT_THAT(problems("broken.json"), HasSubstr("broken.json"));

  write("b.json", chain_file("b", {hook("two", "onReceived")}));
  write("a.json", "{ half a file");
  engine_->rescan();
  EXPECT_EQ(call("/webhook/two").status, 200);
  EXPECT_EQ(call("/webhook/one").status, 200) << "the last readable version is used";
  EXPECT_THAT(problems("a.json"), HasSubstr("last version"));

  std::filesystem::remove(root_ / "workflows" / "b.json");
  write("a.json", chain_file("a", {hook("three", "lastNode")}));
  engine_->rescan();
  EXPECT_EQ(call("/webhook/two").status, 404);
  EXPECT_EQ(call("/webhook/one").status, 404);
  EXPECT_EQ(call("/webhook/three").status, 200);
  EXPECT_EQ(engine_->executions(100).value().size(), 4u) << "executions stay";
}

TEST_F(EngineFolder, ANewFileDoesNotTakeAWebhookAway) {
  write("z.json", chain_file("z", {hook("mine", "lastNode")}));
  open();
  write("a.json", chain_file("a", {hook("mine", "onReceived")}));
  engine_->rescan();
  EXPECT_THAT(problems("a.json"), HasSubstr("'z'"));
  EXPECT_EQ(problems("z.json"), "");
  EXPECT_NE(call("/webhook/mine").body, R"({"message":"Workflow was started"})");
}

TEST_F(EngineFolder, AFolderThatIsNotThereIsSaid) {
  std::filesystem::remove_all(root_ / "workflows");
  open();
  ASSERT_EQ(engine_->status().size(), 1u);
  EXPECT_THAT(engine_->status()[0].problems[0], HasSubstr("workflows"));
}

TEST_F(EngineFolder, AStopRefusesNewCallsAndAStartGoesOn) {
  write("a.json", chain_file("a", {hook("go", "onReceived")}));
  open();
  EXPECT_EQ(call("/webhook/go").status, 200);
  engine_->stop(std::chrono::seconds(5));
  EXPECT_EQ(call("/webhook/go").cause, Cause::kShuttingDown);
  EXPECT_EQ(engine_->running(), 0u);
  edge_.end();
  engine_thread_.end();
  engine_.reset();
  WebhookHouse later(0, {}, ExecutionStore::open(root_ / "store.db", "later").value());
  ASSERT_EQ(later.rows().size(), 1u);
  EXPECT_EQ(later.rows()[0].status, "success");
}

TEST(EngineOptions, SettingsThatCannotBeReadAreNamed) {
  Loop loop("edge");
  for (const char* name : {"EXECUTIONS_TIMEOUT", "N8N_PAYLOAD_SIZE_MAX",
                           "EXECUTIONS_DATA_SAVE_ON_SUCCESS", "N8N_CONCURRENCY_PRODUCTION_LIMIT"}) {
    EngineOptions options;
    options.environment = {{name, "much"}};
    options.edge_loops = {&loop};
    const auto refused = Engine::open(std::move(options));
    ASSERT_FALSE(refused) << name;
    EXPECT_EQ(refused.error().cause(), Cause::kBadRequest);
    EXPECT_THAT(refused.error().text(), HasSubstr(name));
  }
}

class ExecuteFile : public testing::Test {
 protected:
  Result<ExecuteOutcome> execute(const std::string& workflow, const char* input = nullptr) {
    const auto folder = std::filesystem::path(testing::TempDir());
    std::ofstream(folder / "execute_file.json") << workflow;
    std::optional<std::filesystem::path> items;
    if (input != nullptr) {
      items = folder / "execute_items.json";
      std::ofstream(*items) << input;
    }
    Loop loop("execute");
    return execute_file({}, loop, folder / "execute_file.json", items);
  }
};

TEST_F(ExecuteFile, GivesRunData) {
  const auto done = execute(
      chain_file("a", {{"Start", "manualTrigger", 1}, set_field("Set", "x", "={{ $json.name }}")}),
      R"([{"json":{"name":"Ada"}},{"name":"Eve"}])");
  ASSERT_TRUE(done) << done.error().text();
  EXPECT_TRUE(done->succeeded);
  EXPECT_EQ(done->report["status"].string(), "success");
  const json::Value& runs = done->report["data"]["resultData"]["runData"];
  EXPECT_EQ(runs["Set"][0]["data"]["main"][0][1]["json"]["x"].string(), "Eve");
}

TEST_F(ExecuteFile, StartsAtTheOnlyTrigger) {
  const auto done = execute(chain_file("a", {hook("x", "responseNode"), respond()}));
  ASSERT_TRUE(done) << done.error().text();
  EXPECT_TRUE(done->succeeded);
}

TEST_F(ExecuteFile, AFailureNamesTheNode) {
  const auto done =
      execute(chain_file("a", {{"Start", "manualTrigger", 1},
                               set_field("Clever", "x", "={{ $json.a.map(v => v + 1) }}")}));
  ASSERT_TRUE(done);
  EXPECT_FALSE(done->succeeded);
  EXPECT_EQ(done->status, "error");
  EXPECT_THAT(done->error, testing::AllOf(HasSubstr("Clever"), HasSubstr("v => v + 1")));
}

TEST_F(ExecuteFile, WhatCannotBeRunSaysWhy) {
  EXPECT_THAT(execute("{\"nodes\": [").error().text(), HasSubstr("execute_file.json"));
  EXPECT_THAT(execute(chain_file("a", {{"Start", "manualTrigger", 1}}, "")).error().text(),
              HasSubstr("executionOrder"));
  EXPECT_THAT(execute(chain_file("a", {{"X", "quantumTeleport", 7}})).error().text(),
              HasSubstr("quantumTeleport"));
  EXPECT_THAT(execute(chain_file("a", {set_field("S", "x", "1")})).error().text(),
              HasSubstr("trigger"));
  EXPECT_THAT(execute(chain_file("a", {hook("x", "lastNode"),
                                       {"Other", "webhook", 2, R"({"path":"y","options":{}})"}}))
                  .error()
                  .text(),
              HasSubstr("'Other'"));
  const std::string good = chain_file("a", {{"Start", "manualTrigger", 1}});
  EXPECT_THAT(execute(good, "[1]").error().text(), HasSubstr("execute_items.json"));
  EXPECT_THAT(execute(good, "{\"a").error().text(), HasSubstr("execute_items.json"));
}

}  // namespace
}  // namespace vaettir::engine
