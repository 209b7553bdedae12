// The workflows that come with the program must run as they are.
#include <gtest/gtest.h>

#include "tests/unit/engine/corpus.h"
#include "tests/unit/engine/nodes/node_bench.h"

namespace vaettir::engine {
namespace {

TEST(Examples, ConsistOfNodesAndExpressionsWeHave) {
  const Catalog catalog;
  std::size_t workflows = 0;
  const std::filesystem::path examples = std::filesystem::path(VAETTIR_SOURCE_DIR) / "examples";
  for (const auto& entry : std::filesystem::recursive_directory_iterator(examples)) {
    if (entry.path().extension() != ".json") continue;
    if (entry.path().parent_path().filename() != "workflows") continue;
    const Result<WorkflowPtr> workflow =
        read_workflow(contents(entry.path()), entry.path().string());
    ASSERT_TRUE(workflow.has_value()) << workflow.error().text();
    EXPECT_TRUE((*workflow)->notes().empty()) << entry.path() << ": " << (*workflow)->notes()[0];
    EXPECT_EQ((*workflow)->settings().order, ExecutionOrder::kV1) << entry.path();
    const auto prepared = PreparedWorkflow::prepare(*workflow, catalog);
    for (const UnsupportedNode& node : prepared->unsupported()) ADD_FAILURE() << node.text();
    for (NodeIndex i = 0; i < (*workflow)->size(); ++i) {
      for (const Expression& expression : prepared->node(i).parameters().expressions()) {
        EXPECT_TRUE(expression.is_plain()) << entry.path() << ": " << expression.text();
      }
    }
    ++workflows;
  }
  EXPECT_GE(workflows, 2u);
}

}  // namespace
}  // namespace vaettir::engine
