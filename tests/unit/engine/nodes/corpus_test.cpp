// Workflows of n8n's own tests that use only what we have: run whole, and compared with the output
// they carry as pinned data.
#include "tests/unit/engine/corpus.h"

#include <gtest/gtest.h>

#include "tests/unit/engine/nodes/node_bench.h"

namespace vaettir::engine {
namespace {

// The items of a Code node that only returns a list; nullopt: it computes.
std::optional<Items> literal_code(const Node& node) {
  if (node.type != "n8n-nodes-base.code") return std::nullopt;
  std::string code(node.parameters["jsCode"].string_or(""));
  const std::size_t begin = code.find("return");
  if (begin == std::string::npos) return std::nullopt;
  for (const char c : code.substr(0, begin)) {
    if (!std::isspace(static_cast<unsigned char>(c))) return std::nullopt;
  }
  code.erase(0, begin + 6);
  while (!code.empty() &&
         (std::isspace(static_cast<unsigned char>(code.back())) || code.back() == ';'))
    code.pop_back();
  for (std::size_t at; (at = code.find("$now")) != std::string::npos;) code.replace(at, 4, "null");
  const Result<json::Value> items = parse_lenient_json(code);
  if (!items) return std::nullopt;
  return items_from_value(items->is_array() ? *items : json::Value::array({*items}));
}

// Runs a workflow of single-input nodes along its connections.
class Walk {
 public:
  Walk(NodeBench& bench, const json::Value& pinned) : bench_(bench), pinned_(pinned) {}

  bool can_run() const {
    const PreparedWorkflow& workflow = bench_.workflow();
    for (NodeIndex i = 0; i < workflow.workflow().size(); ++i) {
      const PreparedNode& node = workflow.node(i);
      if (node.node().disabled || workflow.workflow().inputs(i) > 1) return false;
      if (literal_code(node.node())) continue;
      // Requests need the outside, and what starts a webhook is made by its trigger.
      const std::string& type = node.node().type;
      if (node.type() == nullptr || type == "n8n-nodes-base.httpRequest" ||
          type == "n8n-nodes-base.webhook") {
        return false;
      }
      for (const Expression& expression : node.parameters().expressions()) {
        if (!expression.is_plain()) return false;
      }
    }
    return true;
  }

  void run() {
    const PreparedWorkflow& workflow = bench_.workflow();
    for (NodeIndex i = 0; i < workflow.workflow().size(); ++i) {
      if (workflow.node(i).is_trigger()) visit(i, Items({start()}), std::nullopt);
    }
  }
  std::size_t compared() const { return compared_; }

 private:
  static Item start() {
    Item item;
    item.json = json::Value::object({});
    return item;
  }

  void visit(NodeIndex index, const Items& input, std::optional<Source> source) {
    const PreparedNode& node = bench_.workflow().node(index);
    if (!node.runs()) return;
    Result<Outputs> outputs = Outputs();
    if (std::optional<Items> items = literal_code(node.node())) {
      outputs = Outputs{passed_through(*items)};
    } else {
      outputs = bench_.run(index, {input}, {source});
    }
    ASSERT_TRUE(outputs.has_value()) << node.node().name << ": " << outputs.error().text();
    compare(node.node().name, outputs->empty() ? Items() : (*outputs)[0],
            bench_.runs().runs(index));
    bench_.runs().add(index, {*outputs, {source}});
    for (const Edge& edge : bench_.workflow().workflow().outgoing(index)) {
      if (edge.output >= outputs->size() || (*outputs)[edge.output].empty()) continue;
      visit(edge.target, (*outputs)[edge.output],
            Source{index, edge.output, static_cast<std::uint32_t>(bench_.runs().runs(index) - 1)});
    }
  }

  void compare(const std::string& name, const Items& items, std::size_t run) {
    const json::Value& wanted = pinned_[name];
    if (!wanted.is_array() || run > 0) return;
    std::vector<json::Value> expected;
    for (const Item& item : items_from_value(wanted)) expected.push_back(item.json);
    std::vector<json::Value> got;
    for (const Item& item : items) got.push_back(item.json);
    EXPECT_EQ(json::to_text(json::Value::array(got), 1),
              json::to_text(json::Value::array(expected), 1))
        << name;
    ++compared_;
  }

  NodeBench& bench_;
  const json::Value& pinned_;
  std::size_t compared_ = 0;
};

TEST(NodeCorpus, WorkflowsOfOurNodesGiveTheirPinnedOutput) {
  SKIP_WITHOUT_CORPUS();
  std::size_t workflows = 0;
  std::size_t nodes = 0;
  for (const auto& entry :
       std::filesystem::directory_iterator(*corpus() / "node-tests" / "n8n-2.2.0")) {
    // The others are examples with pinned input, not expectations.
    if (!entry.path().filename().string().starts_with("nodes-base__")) continue;
    const Result<json::Value> file = json::parse(contents(entry.path()));
    if (!file || !(*file)["pinData"].is_object() || (*file)["pinData"].empty()) continue;
    NodeBench bench;
    bench.load(json::to_text(file->without("pinData")));
    Walk walk(bench, (*file)["pinData"]);
    if (!walk.can_run()) continue;
    SCOPED_TRACE(entry.path().filename().string());
    walk.run();
    if (walk.compared() == 0) continue;
    std::printf("%s: %zu nodes\n", entry.path().filename().c_str(), walk.compared());
    ++workflows;
    nodes += walk.compared();
  }
  std::printf("%zu workflows apply, %zu node outputs compared\n", workflows, nodes);
  EXPECT_EQ(workflows, 5u);
  EXPECT_EQ(nodes, 30u);
}

TEST(NodeCorpus, EveryRealWorkflowCanBePrepared) {
  SKIP_WITHOUT_CORPUS();
  const Catalog catalog;
  std::size_t complete = 0;
  std::size_t expressions = 0;
  std::size_t plain = 0;
  for (const auto& entry : std::filesystem::directory_iterator(*corpus() / "workflows")) {
    const Result<WorkflowPtr> workflow =
        read_workflow(contents(entry.path()), entry.path().filename().string());
    ASSERT_TRUE(workflow.has_value());
    const auto prepared = PreparedWorkflow::prepare(*workflow, catalog);
    if (prepared->unsupported().empty()) ++complete;
    for (const UnsupportedNode& node : prepared->unsupported())
      EXPECT_NE(node.text().find(node.node), std::string::npos);
    for (NodeIndex i = 0; i < (*workflow)->size(); ++i) {
      for (const Expression& expression : prepared->node(i).parameters().expressions()) {
        ++expressions;
        if (expression.is_plain()) ++plain;
      }
    }
  }
  std::printf("%zu workflows consist of our nodes alone; %zu of %zu expressions are plain\n",
              complete, plain, expressions);
  EXPECT_GT(complete, 0u);
  EXPECT_GT(plain * 10, expressions * 7);
}

}  // namespace
}  // namespace vaettir::engine
