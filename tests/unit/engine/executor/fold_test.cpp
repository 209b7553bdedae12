// Property: folding the journal gives the live state, at every step, for any graph and any
// behaviour of its nodes. The entries go through their bytes on the way.
#include <random>

#include "engine/executor/journal_codec.h"
#include "engine/queue/crash_rules.h"
#include "tests/unit/engine/executor/graph_kit.h"

namespace vaettir::engine {
namespace {

constexpr int kGraphs = 250;
constexpr std::size_t kMostRuns = 60;  // loops are cut here

class RandomHouse {
 public:
  explicit RandomHouse(unsigned seed) : random_(seed) {
    const int nodes = 2 + pick(9);
    for (int n = 0; n < nodes; ++n) {
      GraphNode node;
      node.disabled = n > 0 && pick(10) == 0;
      node.execute_once = pick(8) == 0;
      node.always_output_data = pick(8) == 0;
      node.tries = pick(6) == 0 ? 2 : 1;
      node.on_error = static_cast<OnError>(pick(3));
      kit_.add(std::to_string(n), pick(5), pick(5), node);
    }
    const int edges = nodes + pick(nodes);
    for (int e = 0; e < edges; ++e)
      kit_.link(static_cast<NodeIndex>(pick(nodes)), static_cast<NodeIndex>(pick(nodes)),
                static_cast<std::uint32_t>(pick(3)), static_cast<std::uint32_t>(pick(2)));
  }
  int pick(int below) { return std::uniform_int_distribution<int>(0, below - 1)(random_); }
  Graph graph() const { return kit_.graph(); }

  Finished act(const RunNode& run) {
    Finished out{.started_ms = pick(1000), .took_ms = pick(50)};
    if (pick(25) == 0) {
      out.error = failure("chance");
      return out;
    }
    out.outputs.resize(static_cast<std::size_t>(1 + pick(3)));
    for (Items& items : out.outputs) {
      const int count = pick(5);
      for (int n = 0; n < count; ++n) items.push_back(an_item(run));
    }
    return out;
  }

 private:
  Item an_item(const RunNode& run) {
    const Items& from = run.inputs.empty() ? none_ : run.inputs[0];
    if (!from.empty() && pick(2) == 0) return from[static_cast<std::size_t>(pick(2)) % from.size()];
    Item made = item_of(pick(100));
    if (pick(5) == 0) made.json = made.json.with("error", "bad").without("n");
    if (pick(5) == 0) made.error = failure("item");
    if (pick(4) == 0) made.binary = json::Value::object({{"data", json::Value("AAAA")}});
    if (pick(4) == 0)
      made.paired = Pairings(std::vector<Pairing>{{0, 0, nullptr}, {1, 0, nullptr}});
    if (pick(9) == 0) made.paired = Pairing{0, 0, std::make_shared<Source>(Source{run.node, 1, 2})};
    return made;
  }
  std::mt19937 random_;
  GraphKit kit_;
  Items none_;
};

TEST(Fold, EqualsTheLiveStateAtEveryStep) {
  std::size_t steps = 0;
  std::size_t failures = 0;
  for (int seed = 0; seed < kGraphs; ++seed) {
    RandomHouse house(static_cast<unsigned>(seed));
    const Graph graph = house.graph();
    State live(graph.size());
    Begin begin{.trigger = 0, .start_output = 0, .items = items_of({1, 2})};
    std::vector<JournalEntry> journal{{EntryKind::kBegin, 0, 0, encode_begin(begin)}};
    const auto check = [&](const Actions& actions, State& before) {
      // A ring of disabled nodes is ended from outside; the journal does not know of it.
      if (live.error()["message"].string_or("") == kEndlessLoopText) return;
      for (const RunRecordPtr& record : actions.records) {
        // What the journal is told: the inputs of the entry that ran.
        const std::vector<Items> inputs = before.current()->inputs;
        journal.push_back(
            {EntryKind::kRecord, record->node, record->run, encode_record(*record, inputs)});
        ASSERT_TRUE(replay(graph, before, record));
      }
      const Result<Recovered> folded = recover(graph, journal);
      ASSERT_TRUE(folded) << folded.error().text();
      ASSERT_EQ(folded->state, live) << "seed " << seed << ", entry " << journal.size();
      ++steps;
    };
    State shadow(graph.size());
    begin_again(graph, shadow, begin);
    Actions next = step(graph, live, begin, 5);
    ASSERT_NO_FATAL_FAILURE(check(next, shadow));
    for (std::size_t runs = 0; next.run && runs < kMostRuns; ++runs) {
      next = step(graph, live, house.act(*next.run), 6);
      ASSERT_NO_FATAL_FAILURE(check(next, shadow));
    }
    failures += live.status() == ExecutionState::kError;
  }
  // The graphs must have had something to say.
  EXPECT_GT(steps, kGraphs * 4u);
  EXPECT_GT(failures, 10u);
  EXPECT_LT(failures, kGraphs * 9u / 10u);
}

}  // namespace
}  // namespace vaettir::engine
