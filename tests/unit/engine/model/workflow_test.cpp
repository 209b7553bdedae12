#include "engine/model/workflow.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/engine/corpus.h"

namespace vaettir::engine {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;

WorkflowPtr read(std::string_view text, std::string_view file = "flows/hello.json") {
  Result<WorkflowPtr> workflow = read_workflow(text, file);
  EXPECT_TRUE(workflow.has_value()) << (workflow ? "" : workflow.error().text());
  return workflow ? *workflow : nullptr;
}

std::string error_of(std::string_view text) {
  const Result<std::vector<WorkflowPtr>> read = read_workflows(text, "hello.json");
  EXPECT_FALSE(read.has_value());
  return read ? "" : std::string(read.error().text());
}

constexpr std::string_view kTwoNodes = R"({
  "id": "abc", "name": "Two", "active": true,
  "nodes": [
    {"id": "1", "name": "A", "type": "n8n-nodes-base.webhook", "typeVersion": 2.1,
     "position": [10, 20],
     "parameters": {"path": "x"}, "webhookId": "hook"},
    {"id": "2", "name": "B", "type": "n8n-nodes-base.set", "typeVersion": "3.4",
     "position": {"x": 1, "y": 2}}
  ],
  "connections": {"A": {"main": [[{"node": "B", "type": "main", "index": 0}]]}},
  "settings": {"executionOrder": "v1", "timezone": "Europe/Paris", "errorWorkflow": "err", "executionTimeout": 60,
               "saveDataSuccessExecution": "none", "onCrash": "resume"}
})";

TEST(Workflow, ReadsNodesConnectionsAndSettings) {
  const WorkflowPtr workflow = read(kTwoNodes);
  ASSERT_TRUE(workflow);
  EXPECT_EQ(workflow->id(), "abc");
  EXPECT_EQ(workflow->name(), "Two");
  EXPECT_TRUE(workflow->active());
  ASSERT_EQ(workflow->size(), 2u);
  EXPECT_EQ(workflow->node(0).webhook_id, "hook");
  EXPECT_EQ(workflow->node(0).version, 2.1);
  EXPECT_EQ(workflow->node(0).y, 20);
  EXPECT_EQ(workflow->node(1).version, 3.4) << "a version given as text";
  EXPECT_EQ(workflow->node(1).y, 2) << "a position given as an object";
  EXPECT_TRUE(workflow->node(1).parameters.is_object());
  ASSERT_EQ(workflow->outgoing(0).size(), 1u);
  EXPECT_EQ(workflow->outgoing(0)[0].target, 1u);
  EXPECT_EQ(workflow->incoming(1)[0].source, 0u);
  EXPECT_TRUE(workflow->is_ancestor(0, 1));
  EXPECT_FALSE(workflow->is_ancestor(1, 0));
  const Settings& settings = workflow->settings();
  EXPECT_EQ(settings.order, ExecutionOrder::kV1);
  EXPECT_EQ(settings.timezone, "Europe/Paris");
  EXPECT_EQ(settings.error_workflow, "err");
  EXPECT_EQ(settings.timeout, std::chrono::seconds(60));
  EXPECT_EQ(settings.save_success, Save::kNone);
  EXPECT_EQ(settings.save_error, Save::kDefault);
  EXPECT_EQ(settings.on_crash, OnCrash::kResume);
  EXPECT_EQ(workflow->source(), kTwoNodes);
  EXPECT_THAT(workflow->notes(), ElementsAre());
}

TEST(Workflow, AFileWithoutExecutionOrderIsV0) {
  EXPECT_EQ(read(R"({"nodes": [], "connections": {}})")->settings().order, ExecutionOrder::kV0);
  EXPECT_EQ(read(R"({"nodes": [], "settings": {"timezone": "DEFAULT"}})")->settings().timezone, "");
}

TEST(Workflow, BrokenJsonIsLocated) {
  EXPECT_THAT(error_of("{\n  \"nodes\": [\n    oops\n  ]\n}"),
              testing::StartsWith("hello.json:3:5: "));
  EXPECT_EQ(error_of(R"({"a": 1})"), "hello.json: this is no workflow: 'nodes' must be a list");
  EXPECT_EQ(error_of("[]"), "hello.json: no workflows in it");
}

TEST(Workflow, WrappedFilesAreUnwrapped) {
  for (const std::string_view text :
       {R"({"workflow": {"name": "W", "nodes": []}})",
        R"({"workflow": {"workflow": {"name": "W", "nodes": []}}})",
        R"({"data": {"name": "W", "nodes": []}})", R"([{"name": "W", "nodes": []}])"}) {
    EXPECT_EQ(read(text)->name(), "W") << text;
  }
}

TEST(Workflow, AnArrayHoldsSeveralWithTheirOwnBytes) {
  const Result<std::vector<WorkflowPtr>> all = read_workflows(
      R"([ {"name": "a]},[{\"", "nodes": [ ]},
          {"name": "B", "nodes": []} ])",
      "many.json");
  ASSERT_TRUE(all.has_value());
  ASSERT_EQ(all->size(), 2u);
  EXPECT_EQ((*all)[0]->source(), R"({"name": "a]},[{\"", "nodes": [ ]})");
  EXPECT_EQ((*all)[1]->source(), R"({"name": "B", "nodes": []})");
  EXPECT_NE((*all)[0]->id(), (*all)[1]->id());
}

TEST(Workflow, IdsOfFilesWithoutIdsAreStable) {
  const std::string text = R"({"nodes": [{"name": "A", "type": "x"}]})";
  const WorkflowPtr first = read(text, "a/hello.json");
  const WorkflowPtr again = read(R"({"nodes": [{"name": "A", "type": "y"}]})", "b/hello.json");
  EXPECT_EQ(first->id(), again->id()) << "an edited file is the same workflow";
  EXPECT_EQ(first->id().size(), 16u);
  EXPECT_EQ(first->name(), "hello");
  EXPECT_EQ(first->node(0).id, again->node(0).id);
  EXPECT_NE(first->version_id(), again->version_id());
  EXPECT_NE(first->id(), read(text, "other.json")->id());
  EXPECT_EQ((*read_workflow(text, "", "given"))->id(), "given");
}

TEST(Workflow, OdditiesAreNotedAndTolerated) {
  const WorkflowPtr workflow = read(R"({
    "nodes": [
      {"id": "i", "name": "A", "type": "t"}, {"id": "i", "name": "A", "type": "u"},
      {"type": "n8n-nodes-base.set"}, 7, {"id": "b", "name": "B", "type": "t", "position": "here"}
    ],
    "connections": {
      "A": {"main": [null, [{"node": "gone", "type": "main", "index": 0}, {"node": "b"}, "text", {"node": "B"}]],
            "ai_tool": [[{"node": "B", "type": "ai_tool", "index": 0}]]},
      "nobody": {"main": [[{"node": "B"}]]}, "B": 3
    },
    "settings": "none", "staticData": "{\"a\": 1}", "pinData": {"B": [{"x": 1}], "gone": []}
  })");
  ASSERT_TRUE(workflow);
  EXPECT_EQ(workflow->size(), 4u);
  EXPECT_EQ(workflow->find("A"), 1u) << "the last of one name is meant";
  EXPECT_EQ(workflow->node(2).name, "set 3");
  ASSERT_EQ(workflow->outgoing(1).size(), 1u);
  EXPECT_EQ(workflow->outgoing(1)[0].output, 1u);
  ASSERT_EQ(workflow->other_edges().size(), 1u);
  EXPECT_EQ(workflow->other_edges()[0].type, "ai_tool");
  EXPECT_EQ(workflow->static_data()["a"].number(), 1);
  ASSERT_NE(workflow->pinned(3), nullptr);
  EXPECT_EQ((*workflow->pinned(3))[0].json["x"].number(), 1) << "an item without json around it";
  for (const std::string_view part :
       {"two nodes have the id 'i'", "two nodes are named 'A'", "is called 'set 3'", "is no node",
        "leads to 'gone', which does not exist", "which is the id of 'B'", "names no node",
        "comes from 'nobody', which does not exist", "connections of 'B' are no object",
        "'settings' is no object", "pinned data of 'gone'"}) {
    EXPECT_THAT(workflow->notes(), Contains(HasSubstr(std::string(part))));
  }
}

TEST(Workflow, FailureSettingsOfANode) {
  const WorkflowPtr workflow = read(R"({"nodes": [
    {"name": "a", "type": "t", "onError": "continueErrorOutput", "retryOnFail": true},
    {"name": "b", "type": "t", "continueOnFail": true, "retryOnFail": true, "maxTries": 9,
     "waitBetweenTries": 60000},
    {"name": "c", "type": "t", "maxTries": 4}]})");
  EXPECT_EQ(workflow->node(0).on_error, OnError::kContinueErrorOutput);
  EXPECT_EQ(workflow->node(0).tries, 3);
  EXPECT_EQ(workflow->node(0).wait_between_tries, std::chrono::seconds(1));
  EXPECT_EQ(workflow->node(1).on_error, OnError::kContinueRegularOutput);
  EXPECT_EQ(workflow->node(1).tries, 5);
  EXPECT_EQ(workflow->node(1).wait_between_tries, std::chrono::seconds(5));
  EXPECT_EQ(workflow->node(2).on_error, OnError::kStopWorkflow);
  EXPECT_EQ(workflow->node(2).tries, 1);
}

TEST(Workflow, OutputTowardsFollowsConnections) {
  const WorkflowPtr workflow = read(R"({
    "nodes": [{"name": "if", "type": "t"}, {"name": "yes", "type": "t"}, {"name": "no", "type": "t"},
              {"name": "end", "type": "t"}],
    "connections": {"if": {"main": [[{"node": "yes"}], [{"node": "no"}]]}, "no": {"main": [[{"node": "end", "index": 1}]]}}
  })");
  EXPECT_EQ(workflow->output_towards(0, 1), 0u);
  EXPECT_EQ(workflow->output_towards(0, 2), 1u);
  EXPECT_EQ(workflow->output_towards(0, 3), 1u);
  EXPECT_EQ(workflow->output_towards(3, 0), 0u);
  EXPECT_EQ(workflow->inputs(3), 2u);
  EXPECT_EQ(workflow->inputs(0), 1u);
}

TEST(Workflow, EveryRealWorkflowLoadsByteFaithfully) {
  SKIP_WITHOUT_CORPUS();
  std::size_t files = 0;
  std::size_t nodes = 0;
  std::size_t notes = 0;
  for (const auto& entry : std::filesystem::directory_iterator(*corpus() / "workflows")) {
    const std::string text = contents(entry.path());
    const Result<WorkflowPtr> workflow = read_workflow(text, entry.path().filename().string());
    ASSERT_TRUE(workflow.has_value()) << entry.path() << ": " << workflow.error().text();
    EXPECT_EQ((*workflow)->source(), text);
    const json::Value parsed = *json::parse(text);
    EXPECT_EQ((*workflow)->size(), parsed["nodes"].size()) << entry.path();
    EXPECT_FALSE((*workflow)->id().empty());
    ++files;
    nodes += (*workflow)->size();
    notes += (*workflow)->notes().size();
  }
  EXPECT_EQ(files, 1608u);
  std::printf("%zu workflows with %zu nodes, %zu notes\n", files, nodes, notes);
}

}  // namespace
}  // namespace vaettir::engine
