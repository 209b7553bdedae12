#include "engine/model/item.h"

#include <gtest/gtest.h>

namespace vaettir::engine {
namespace {

Item item(int number) {
  Item made;
  made.json = json::Value::object({{"n", json::Value(number)}});
  return made;
}

TEST(Items, CopiesShareAndChangesDoNotShow) {
  Items first({item(1), item(2)});
  const Items copy = first;
  first.push_back(item(3));
  EXPECT_EQ(copy.size(), 2u);
  EXPECT_EQ(first.size(), 3u);
  EXPECT_EQ(first.head(1).size(), 1u);
  EXPECT_EQ(first.head(9).size(), 3u);
  EXPECT_GE(first.footprint(), 3 * sizeof(Item));
  EXPECT_TRUE(Items().empty());
}

TEST(Items, PassedThroughArePairedToTheirPlace) {
  const Items once = passed_through(Items({item(1), item(2)}));
  EXPECT_EQ(once[1].paired.all().front().item, 1u);
  EXPECT_EQ(passed_through(once).begin(), once.begin()) << "what is so already is shared";
}

TEST(Items, ReadAndWriteTheirShape) {
  const json::Value value = *json::parse(
      R"([{"json":{"a":1},"binary":{"f":{"mimeType":"x"}},"pairedItem":{"item":2,"input":1}},
          {"json":{},"pairedItem":[{"item":0},{"item":1}]},{"json":{},"pairedItem":3},
          {"plain":true},5])");
  const Items items = items_from_value(value);
  ASSERT_EQ(items.size(), 5u);
  EXPECT_EQ(items[0].paired.all()[0].input, 1u);
  EXPECT_EQ(items[0].binary["f"]["mimeType"].string(), "x");
  EXPECT_EQ(items[1].paired.all().size(), 2u);
  EXPECT_EQ(items[2].paired.all()[0].item, 3u);
  EXPECT_TRUE(items[3].json["plain"].boolean());
  EXPECT_FALSE(items[3].paired.known());
  EXPECT_EQ(items[4].json["value"].number(), 5);
  EXPECT_EQ(
      json::to_text(to_value(items[0])),
      R"({"json":{"a":1},"binary":{"f":{"mimeType":"x"}},"pairedItem":{"item":2,"input":1}})");
  EXPECT_EQ(json::to_text(to_value(items[1])),
            R"({"json":{},"pairedItem":[{"item":0},{"item":1}]})");
}

}  // namespace
}  // namespace vaettir::engine
