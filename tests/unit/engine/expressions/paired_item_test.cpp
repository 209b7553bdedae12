#include "engine/expressions/paired_item.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "engine/expressions/evaluator.h"
#include "tests/unit/engine/corpus.h"
#include "tests/unit/engine/fake_runs.h"

namespace vaettir::engine {
namespace {

using testing::HasSubstr;

class Lineage : public testing::Test {
 protected:
  // "A" -> "B" -> "C", seen from "Here" after C.
  void lay(std::string_view b_items, std::string_view c_items) {
    workflow_ = *read_workflow(R"({"nodes": [{"name": "A", "type": "t"}, {"name": "B", "type": "t"},
      {"name": "C", "type": "t"}, {"name": "Here", "type": "t"}],
      "connections": {"A": {"main": [[{"node": "B"}]]}, "B": {"main": [[{"node": "C"}]]}, "C": {"main": [[{"node": "Here"}]]}}})",
                               "flow.json");
    runs_.add(0, {{items(R"([{"json": {"n": 0}}, {"json": {"n": 1}}])")}, {}});
    runs_.add(1, {{items(b_items)}, {Source{0, 0, 0}}});
    runs_.add(2, {{items(c_items)}, {Source{1, 0, 0}}});
  }
  static Items items(std::string_view text) { return items_from_value(*json::parse(text)); }
  std::string from_a(std::size_t item = 0) {
    const std::vector<Items> inputs{*runs_.output(2, 0, 0)};
    const std::vector<std::optional<Source>> sources{Source{2, 0, 0}};
    const ExecutionFacts facts;
    const Result<const Item*> found =
        paired_item(Vantage{*workflow_, runs_, facts, nullptr, 3, 0, inputs, sources}, 0, item);
    return found ? json::to_text((*found)->json) : std::string(found.error().text());
  }

  WorkflowPtr workflow_;
  FakeRuns runs_;
};

TEST_F(Lineage, IsFollowedThroughEveryNode) {
  lay(R"([{"json": {}, "pairedItem": 1}, {"json": {}, "pairedItem": 0}])",
      R"([{"json": {}, "pairedItem": 0}, {"json": {}, "pairedItem": 1}])");
  EXPECT_EQ(from_a(0), R"({"n":1})");
  EXPECT_EQ(from_a(1), R"({"n":0})");
}

TEST_F(Lineage, SeveralWaysMustEndAtOneItem) {
  lay(R"([{"json": {}, "pairedItem": 1}, {"json": {}, "pairedItem": 1}])",
      R"([{"json": {}, "pairedItem": [0, 1]}])");
  EXPECT_EQ(from_a(), R"({"n":1})");
}

TEST_F(Lineage, SeveralItemsAreAnError) {
  lay(R"([{"json": {}, "pairedItem": 0}, {"json": {}, "pairedItem": 1}])",
      R"([{"json": {}, "pairedItem": [0, 1]}])");
  EXPECT_THAT(from_a(), HasSubstr("several of its items match"));
}

TEST_F(Lineage, ANodeThatDoesNotPairIsNamed) {
  lay(R"([{"json": {}}])", R"([{"json": {}, "pairedItem": 0}])");
  EXPECT_THAT(from_a(), HasSubstr("node 'B' does not say which input item"));
}

TEST_F(Lineage, APairingThatLeadsNowhereIsNamed) {
  lay(R"([{"json": {}, "pairedItem": 99}])", R"([{"json": {}, "pairedItem": 0}])");
  EXPECT_THAT(from_a(), HasSubstr("node 'A' has no such item"));
}

TEST_F(Lineage, AnOverwrittenSourceIsTaken) {
  lay("[]", "[]");
  Item item;
  item.json = json::Value::object({});
  item.paired = Pairing{1, 0, std::make_shared<const Source>(Source{0, 0, 0})};
  runs_ = FakeRuns();
  runs_.add(0, {{items(R"([{"json": {"n": 0}}, {"json": {"n": 1}}])")}, {}});
  runs_.add(2, {{Items({item})}, {}});
  EXPECT_EQ(from_a(), R"({"n":1})");
}

// Real run data beside its workflow.
class RealRuns : public testing::Test {
 protected:
  bool load(const std::string& name) {
    const std::filesystem::path folder = *corpus() / "node-tests" / "WorkflowDataProxy";
    Result<WorkflowPtr> workflow =
        read_workflow(contents(folder / (name + "_workflow.json")), name);
    const Result<json::Value> run = json::parse(contents(folder / (name + "_run.json")));
    EXPECT_TRUE(workflow && run);
    if (!workflow || !run) return false;
    workflow_ = *workflow;
    const json::Value& data = run->has("data") ? (*run)["data"] : *run;
    runs_.add(*workflow_, data["resultData"]["runData"]);
    return true;
  }
  // Evaluated as the node saw it in its first run.
  std::string value(std::string_view node_name, std::string_view text, std::size_t item) {
    const NodeIndex node = *workflow_->find(node_name);
    const std::span<const std::optional<Source>> sources = runs_.sources(node, 0);
    std::vector<Items> inputs;
    for (const std::optional<Source>& source : sources) {
      inputs.push_back(source ? *runs_.output(source->node, source->run, source->output) : Items());
    }
    const ExecutionFacts facts{"1", "manual", ""};
    const Vantage from{*workflow_, runs_, facts, nullptr, node, 0, inputs, sources};
    const Result<json::Value> result = Expression::parse(text).evaluate(from, item);
    return result ? javascript(*result) : std::string(result.error().text());
  }
  static std::string javascript(const json::Value& value) {
    return value.is_undefined() ? "undefined" : json::to_text(value);
  }
  WorkflowPtr workflow_;
  FakeRuns runs_;
};

TEST_F(RealRuns, OneItemToOne) {
  SKIP_WITHOUT_CORPUS();
  ASSERT_TRUE(load("base"));
  EXPECT_EQ(value("End", "={{ $('Rename').item.json.data }}", 2), "121");
  EXPECT_EQ(value("End", "={{ $('Function').item.json.initialName }}", 4), "950");
  EXPECT_EQ(value("End", "={{ $('Rename').all().length }}", 0), "5");
  EXPECT_EQ(value("End", "={{ $('Rename').first().json.data }}", 3), "105");
  EXPECT_EQ(value("End", "={{ $('Rename').last().json.data }}", 0), "950");
  EXPECT_EQ(value("End", "={{ $node.Rename.json.data }}", 1), "160");
  EXPECT_EQ(value("End", "={{ $input.all()[0].json.data }}", 1), "105");
}

TEST_F(RealRuns, ThroughTheThirdInputOfAMerge) {
  SKIP_WITHOUT_CORPUS();
  ASSERT_TRUE(load("multiple_inputs"));
  EXPECT_EQ(value("Output", "={{ $('Set variable_3').item.json.variable_3 }}", 0), "\"3456\"");
  EXPECT_EQ(value("Output", "={{ $('Set main variable').item.json.main_variable }}", 0), "2");
}

TEST_F(RealRuns, BrokenLineageIsRefused) {
  SKIP_WITHOUT_CORPUS();
  ASSERT_TRUE(load("errors"));
  const std::string_view item = "={{ $('Edit Fields').item.json.name }}";
  EXPECT_THAT(value("PairedItemMultipleMatches", item, 0), HasSubstr("several of its items match"));
  EXPECT_THAT(value("PairedItemMultipleMatches2", item, 0),
              HasSubstr("several of its items match"));
  EXPECT_THAT(value("PairedItemInfoMissing", item, 0),
              HasSubstr("'Break pairedItem chain' does not say"));
  EXPECT_THAT(value("IncorrectPairedItem", item, 0), HasSubstr("no such item"));
  EXPECT_THAT(value("Edit Fields", "={{ $('Impossible').item.json.name }}", 0),
              HasSubstr("has not run"));
}

}  // namespace
}  // namespace vaettir::engine
