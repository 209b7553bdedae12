#include "engine/nodes/value_path.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace vaettir::engine {
namespace {

using testing::ElementsAre;

json::Value value(std::string_view text) { return *json::parse(text); }

TEST(ValuePath, Segments) {
  EXPECT_THAT(path_segments("a.b[0].c"), ElementsAre("a", "b", "0", "c"));
  EXPECT_THAT(path_segments("a['b.c'][\"d]\"]"), ElementsAre("a", "b.c", "d]"));
  EXPECT_THAT(path_segments("[2]"), ElementsAre("2"));
  EXPECT_THAT(path_segments("a[1"), ElementsAre("a", "1"));
  EXPECT_THAT(path_segments(""), ElementsAre());
}

TEST(ValuePath, Reads) {
  const json::Value root = value(R"({"a":{"b":[1,{"c":2}]},"a.b":"whole"})");
  EXPECT_EQ(value_at(root, "a.b[1].c").number(), 2);
  EXPECT_EQ(value_at(root, "a.b").string(), "whole") << "a member of that very name comes first";
  EXPECT_TRUE(value_at(root, "a.x.y").is_undefined());
}

TEST(ValuePath, Writes) {
  const std::pair<std::string_view, std::string_view> cases[] = {
      {"a", R"({"a":9,"l":[1,2]})"},
      {"a.b", R"({"a":{"b":9},"l":[1,2]})"},
      {"l[1]", R"({"a":1,"l":[1,9]})"},
      {"l[3]", R"({"a":1,"l":[1,2,null,9]})"},
      {"n[0].x", R"({"a":1,"l":[1,2],"n":[{"x":9}]})"},
      {"n.m", R"({"a":1,"l":[1,2],"n":{"m":9}})"},
      {"n[99999999]", R"({"a":1,"l":[1,2],"n":{"99999999":9}})"},
  };
  for (const auto& [path, wanted] : cases) {
    EXPECT_EQ(json::to_text(with_value_at(value(R"({"a":1,"l":[1,2]})"), path, json::Value(9))),
              wanted)
        << path;
  }
  EXPECT_EQ(json::to_text(with_value_at(value(R"({"a.b":1})"), "a.b", json::Value(2))),
            R"({"a.b":2})");
}

TEST(ValuePath, Removes) {
  EXPECT_EQ(json::to_text(without_value_at(value(R"({"a":{"b":1,"c":2},"d":3})"), "a.b")),
            R"({"a":{"c":2},"d":3})");
  EXPECT_EQ(json::to_text(without_value_at(value(R"({"a":1})"), "a")), "{}");
  EXPECT_EQ(json::to_text(without_value_at(value(R"({"a":1})"), "x.y")), R"({"a":1})");
}

}  // namespace
}  // namespace vaettir::engine
