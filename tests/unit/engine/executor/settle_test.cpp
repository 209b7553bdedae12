// What becomes of a node's result (facts/n8n.md 2.3 points 9 to 11, 2.6).
#include "engine/executor/settle.h"

#include "tests/unit/engine/executor/graph_kit.h"

namespace vaettir::engine {
namespace {

Item unpaired(std::string_view text) { return item(*json::parse(text)); }

TEST(Settle, OneInputItemPairsEveryOutputItem) {
  const Outputs out = settle({}, {items_of({1})}, {items_of({5, 6, 7})});
  for (const Item& item : out[0]) EXPECT_EQ(item.paired.all()[0], paired_to(0));
}

TEST(Settle, AsManyOutAsInPairByPosition) {
  const Outputs out = settle({}, {items_of({1, 2, 3})}, {items_of({5, 6, 7})});
  EXPECT_EQ(out[0][2].paired.all()[0], paired_to(2));
}

TEST(Settle, AmbiguousPairingsStayAbsent) {
  EXPECT_FALSE(settle({}, {items_of({1, 2})}, {items_of({5})})[0][0].paired.known());
  EXPECT_FALSE(settle({}, {items_of({1, 2})}, {items_of({5}), items_of({6})})[0][0].paired.known());
  EXPECT_FALSE(settle({}, {items_of({1}), items_of({2})}, {items_of({5})})[0][0].paired.known());
}

TEST(Settle, PairingsOfTheNodeAreKept) {
  Item item = item_of(5);
  item.paired = paired_to(1);
  EXPECT_EQ(settle({}, {items_of({1, 2})}, {Items({item})})[0][0].paired.all()[0], paired_to(1));
}

GraphNode with_error_output() {
  GraphNode node;
  node.on_error = OnError::kContinueErrorOutput;
  node.outputs = 2;
  return node;
}

TEST(Settle, FailedItemsGoToTheErrorOutputWithTheirOrigin) {
  const Items input({unpaired(R"({"id":1,"error":"old"})"), unpaired(R"({"id":2})")});
  Item bad = unpaired(R"({"error":"broken","message":"m","details":"d"})");
  bad.paired = paired_to(1);
  Item good = unpaired(R"({"error":"is a word here","other":1})");
  good.paired = paired_to(0);
  const Outputs out = settle(with_error_output(), {input}, {Items({good, bad})});
  ASSERT_EQ(out.size(), 2u);
  ASSERT_EQ(out[0].size(), 1u);
  EXPECT_EQ(out[0][0].json["other"].number(), 1);
  ASSERT_EQ(out[1].size(), 1u);
  EXPECT_EQ(json::to_text(out[1][0].json),
            R"({"id":2,"error":"broken","message":"m","details":"d"})");
}

TEST(Settle, AnItemWithItsErrorAsideGoesToTheErrorOutput) {
  Item bad = item_of(1);
  bad.error = failure("aside");
  const Outputs out = settle(with_error_output(), {items_of({1})}, {Items({bad})});
  EXPECT_TRUE(out[0].empty());
  EXPECT_EQ(out[1][0].error["message"].string(), "aside");
}

TEST(Settle, AFalsyErrorIsNone) {
  const Items items(
      {unpaired(R"({"error":""})"), unpaired(R"({"error":null})"), unpaired(R"({"error":0})")});
  const Outputs out = settle(with_error_output(), {items}, {items});
  EXPECT_EQ(out[0].size(), 3u);
  EXPECT_FALSE(looks_failed({items}));
  EXPECT_TRUE(looks_failed({Items({unpaired(R"({"error":"x"})")})}));
  EXPECT_FALSE(looks_failed({}));
}

TEST(Settle, OldStyleErrorsAreLifted) {
  const Outputs out = settle({}, {items_of({1})},
                             {Items({unpaired(R"({"$error":{"message":"old"},"$json":{}})")})});
  EXPECT_EQ(json::to_text(out[0][0].json), R"({"error":"old"})");
  EXPECT_EQ(out[0][0].error["message"].string(), "old");
}

TEST(Settle, AlwaysOutputDataDoesNotDisturbANodeThatGaveItems) {
  GraphNode node;
  node.always_output_data = true;
  const Outputs out = settle(node, {items_of({1})}, {Items(), items_of({2})});
  EXPECT_TRUE(out[0].empty());
  EXPECT_EQ(settle(node, {items_of({1})}, {})[0].size(), 1u);
}

TEST(InputLineage, IsSharedWhereItHoldsAlready) {
  const Items fresh = items_of({1, 2});
  const Items first = with_lineage(fresh, 0);
  EXPECT_NE(first.begin(), fresh.begin());
  EXPECT_EQ(with_lineage(first, 0).begin(), first.begin());
  EXPECT_EQ(with_lineage(first, 1)[1].paired.all()[0], (Pairing{1, 1, nullptr}));
}

TEST(AddedBytes, FieldsThatAreKeptCountOnce) {
  Items input({item(json::ObjectBuilder().set("big", std::string(50'000, 'x')).finish())});
  input = with_lineage(input, 0);
  Item changed = input[0];
  changed.json = changed.json.with("small", 1);
  EXPECT_LT(added_bytes({input}, {Items({changed})}), 1000u);
  EXPECT_GT(added_bytes({}, {Items({changed})}), 50'000u);
  EXPECT_EQ(added_bytes({input}, {input}), 0u);
}

}  // namespace
}  // namespace vaettir::engine
