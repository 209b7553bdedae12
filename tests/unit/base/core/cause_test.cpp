#include "base/core/cause.h"

#include <gtest/gtest.h>

#include <set>

#include "base/core/result.h"

namespace vaettir {
namespace {

TEST(Cause, FactsAreWholeAndNamesUnique) {
  std::set<std::string_view> names;
  for (const CauseFacts& each : all_causes()) {
    EXPECT_EQ(&facts(each.cause), &each);
    EXPECT_TRUE(names.insert(each.name).second) << each.name;
    EXPECT_EQ(cause_named(each.name), each.cause);
    EXPECT_GE(each.status, 400);
    EXPECT_LT(each.status, 600);
    EXPECT_EQ(each.side == Side::kClient, each.status < 500) << each.name;
    EXPECT_FALSE(each.sentence.empty());
    EXPECT_FALSE(each.remedy.empty());
    EXPECT_FALSE(each.proxy_error.empty());
  }
  EXPECT_EQ(cause_named("no_such_cause"), std::nullopt);
}

Result<int> half(int number) {
  if (number % 2) return fail(Cause::kBadRequest, "odd");
  return number / 2;
}

Result<int> quarter(int number) {
  TRY(int first, half(number));
  TRY_OK(half(first));
  return half(first);
}

TEST(Result, TryPassesErrorsOn) {
  EXPECT_EQ(quarter(8).value(), 2);
  Result<int> failed = quarter(6);
  ASSERT_FALSE(failed.has_value());
  EXPECT_EQ(failed.error().text(), "odd");
  Error outer = std::move(failed).error().because("splitting");
  EXPECT_EQ(outer.text(), "splitting: odd");
  EXPECT_EQ(outer.copy().text(), "splitting: odd");
  EXPECT_EQ(Error(Cause::kNoRoute).text(), facts(Cause::kNoRoute).sentence);
}

}  // namespace
}  // namespace vaettir
