// The shape viewers know (facts/n8n.md 2.2).
#include "engine/executor/run_data_view.h"

#include "engine/executor/error_value.h"
#include "tests/unit/engine/executor/graph_kit.h"

namespace vaettir::engine {
namespace {

WorkflowPtr three_nodes() {
  return read_workflow(R"({"nodes":[
      {"name":"Start","type":"n8n-nodes-base.manualTrigger","typeVersion":1,"position":[0,0],"parameters":{}},
      {"name":"A","type":"n8n-nodes-base.noOp","typeVersion":1,"position":[1,0],"parameters":{}},
      {"name":"B","type":"n8n-nodes-base.noOp","typeVersion":1,"position":[2,0],"parameters":{}}],
      "connections":{},"settings":{"executionOrder":"v1"}})",
                       "three.json")
      .value();
}

TEST(RunDataView, HasN8nsFields) {
  GraphKit kit;
  const auto start = kit.add("Start", 0, 0), a = kit.add("A", 1, 0), b = kit.add("B", 2, 0);
  kit.link(start, a);
  kit.link(a, b, 1);
  kit.behaves(a, gives({Items(), items_of({5})}));
  kit.run(start);
  const json::Value view = run_data_view(*three_nodes(), *kit.state);
  const json::Value& runs = view["resultData"]["runData"];
  EXPECT_EQ(view["version"].number(), 1);
  EXPECT_EQ(view["resultData"]["lastNodeExecuted"].string(), "B");
  EXPECT_TRUE(view["resultData"]["error"].is_undefined());
  EXPECT_EQ(json::to_text(runs["Start"][0]["source"]), "[]");
  const json::Value& task = runs["B"][0];
  EXPECT_EQ(json::to_text(task["source"]), R"([{"previousNode":"A","previousNodeOutput":1}])");
  EXPECT_EQ(task["executionIndex"].number(), 2);
  EXPECT_EQ(task["executionStatus"].string(), "success");
  EXPECT_TRUE(task["startTime"].is_number());
  EXPECT_TRUE(task["executionTime"].is_number());
  EXPECT_EQ(json::to_text(task["data"]),
            R"({"main":[[{"json":{"n":5},"pairedItem":{"item":0}}]]})");
}

TEST(RunDataView, AFailedOneNamesItsErrorAndKeepsItsStack) {
  GraphKit kit;
  const auto start = kit.add("Start", 0, 0), a = kit.add("A", 1, 0);
  kit.link(start, a);
  kit.behaves(a, [](const RunNode&) {
    return Finished{.error =
                        error_value(Error(Cause::kConnectRefused, "nobody there"), nullptr, 7)};
  });
  kit.add("B", 2, 0);
  kit.run(start);
  const json::Value view = run_data_view(*three_nodes(), *kit.state);
  EXPECT_EQ(view["resultData"]["error"]["message"].string(), "nobody there");
  EXPECT_EQ(view["resultData"]["error"]["context"]["cause"].string(), "connect_refused");
  EXPECT_TRUE(view["resultData"]["runData"]["A"][0]["data"].is_undefined());
  EXPECT_EQ(view["resultData"]["runData"]["A"][0]["executionStatus"].string(), "error");
  EXPECT_EQ(view["executionData"]["nodeExecutionStack"][0]["node"]["name"].string(), "A");
}

TEST(ErrorValue, NamesTheNodeOnce) {
  const WorkflowPtr workflow = three_nodes();
  const json::Value of_node =
      error_value(Error(Cause::kUpstreamTimeout, "too slow"), &workflow->node(1), 7);
  EXPECT_EQ(of_node["name"].string(), "NodeApiError");
  EXPECT_EQ(of_node["node"]["name"].string(), "A");
  EXPECT_EQ(error_sentence(of_node), "node 'A': too slow");
  const json::Value named =
      error_value(Error(Cause::kWorkflowFailed, "'Start' failed"), &workflow->node(0), 7);
  EXPECT_EQ(error_sentence(named), "'Start' failed");
}

}  // namespace
}  // namespace vaettir::engine
