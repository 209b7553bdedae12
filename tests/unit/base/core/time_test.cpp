#include "base/core/time.h"

#include <gtest/gtest.h>

namespace vaettir {
namespace {

using namespace std::chrono_literals;

TEST(Time, ReadsDurationsAsTraefikDoes) {
  EXPECT_EQ(parse_duration("300ms"), 300ms);
  EXPECT_EQ(parse_duration("1m30s"), 90s);
  EXPECT_EQ(parse_duration("2h45m"), 165min);
  EXPECT_EQ(parse_duration("1.5h"), 90min);
  EXPECT_EQ(parse_duration(".5s"), 500ms);
  EXPECT_EQ(parse_duration("5.s"), 5s);
  EXPECT_EQ(parse_duration("7us"), 7us);
  EXPECT_EQ(parse_duration("7\u00b5s"), 7us);
  EXPECT_EQ(parse_duration("7\u03bcs"), 7us);
  EXPECT_EQ(parse_duration("1ns"), 1ns);
  EXPECT_EQ(parse_duration("10"), 10s);
  EXPECT_EQ(parse_duration("0"), 0s);
  EXPECT_EQ(parse_duration("+5s"), 5s);
  EXPECT_EQ(parse_duration("9223372036854775807ns"), Duration(INT64_MAX));
  for (std::string_view text :
       {"", "-5s", "-1", "10 sec", "s", "1x", "1s2", "1.2.3s", ".s", "++1", "1s ", "9223372037",
        "3000000h", "99999999999999999999999s", "9223372036s1s"}) {
    EXPECT_EQ(parse_duration(text), std::nullopt) << text;
  }
}

TEST(Time, WritesDurationsThatReadBack) {
  EXPECT_EQ(to_text(90s), "1m30s");
  EXPECT_EQ(to_text(500ms), "500ms");
  EXPECT_EQ(to_text(0s), "0s");
  EXPECT_EQ(to_text(1500ms), "1.5s");
  EXPECT_EQ(to_text(2h), "2h");
  EXPECT_EQ(to_text(1500us), "1.5ms");
  EXPECT_EQ(to_text(1050ns), "1.05us");
  EXPECT_EQ(to_text(-2s), "-2s");
  for (Duration duration :
       {Duration(1), Duration(999'999), Duration(3'661'000'000'001), Duration(INT64_MAX)}) {
    EXPECT_EQ(parse_duration(to_text(duration)), duration) << to_text(duration);
  }
}

TEST(Time, WritesDates) {
  WallTime time{std::chrono::milliseconds(1795576298123)};
  EXPECT_EQ(iso_text(time), "2026-11-25T03:11:38.123Z");
  EXPECT_EQ(http_date(time), "Wed, 25 Nov 2026 03:11:38 GMT");
  EXPECT_EQ(epoch_ms(time), 1795576298123);
  EXPECT_EQ(iso_text(WallTime::min()).size(), 24u);
  EXPECT_EQ(iso_text(WallTime::max()), "2262-04-11T23:47:16.854Z");
  EXPECT_EQ(iso_text(WallTime{-1ms}), "1969-12-31T23:59:59.999Z");
  EXPECT_EQ(http_date(WallTime{}), "Thu, 01 Jan 1970 00:00:00 GMT");
  EXPECT_EQ(iso_text(WallTime{std::chrono::seconds(951782400)}), "2000-02-29T00:00:00.000Z");
}

}  // namespace
}  // namespace vaettir
