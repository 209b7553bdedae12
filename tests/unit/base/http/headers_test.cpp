#include "base/http/headers.h"

#include <gtest/gtest.h>

namespace vaettir::http {
namespace {

TEST(FieldNames, EveryKnownNameIsFoundInAnyCase) {
  for (int i = 1; i <= static_cast<int>(Name::kHttp2Settings); i++) {
    const Name name = static_cast<Name>(i);
    std::string text(spelling(name));
    ASSERT_FALSE(text.empty()) << i;
    EXPECT_EQ(name_of(text), name) << text;
    for (char& c : text) c = static_cast<char>(std::toupper(c));
    EXPECT_EQ(name_of(text), name) << text;
    for (char& c : text) c = static_cast<char>(std::tolower(c));
    EXPECT_EQ(name_of(text), name) << text;
  }
}

TEST(FieldNames, NeighboursOfKnownNamesAreOthers) {
  for (int i = 1; i <= static_cast<int>(Name::kHttp2Settings); i++) {
    const std::string text(spelling(static_cast<Name>(i)));
    for (std::size_t at = 0; at < text.size(); at++) {
      std::string changed = text;
      changed[at] = '_';
      EXPECT_EQ(name_of(changed), Name::kOther) << changed;
    }
    EXPECT_EQ(name_of(text + "x"), Name::kOther);
  }
  for (const char* other : {"", "X", "X-Custom", "Content_Length", "Transfer_Encoding", "Hos"}) {
    EXPECT_EQ(name_of(other), Name::kOther) << other;
  }
}

TEST(Headers, SetReplacesAllInThePlaceOfTheFirst) {
  Headers headers;
  headers.add("A", "1");
  headers.add("X-B", "2");
  headers.add("C", "3");
  headers.add("x-b", "4");
  headers.set("X-b", "new");
  ASSERT_EQ(headers.size(), 3u);
  EXPECT_EQ(headers.fields()[1].value, "new");
  EXPECT_EQ(headers.fields()[2].name, "C");
  headers.set(Name::kHost, "a.test");
  EXPECT_EQ(headers.fields()[3].name, "Host");
}

TEST(Headers, RemoveFindAndCountIgnoreCase) {
  Headers headers;
  headers.add("Set-Cookie", "a");
  headers.add("SET-COOKIE", "b");
  headers.add("X-Own", "c");
  EXPECT_EQ(headers.count(Name::kSetCookie), 2u);
  EXPECT_EQ(headers.find("set-cookie"), "a");
  EXPECT_EQ(headers.find("x-OWN"), "c");
  EXPECT_FALSE(headers.find("X-Absent"));
  headers.remove("sEt-cOOkie");
  headers.remove("x-own");
  EXPECT_TRUE(headers.empty());
}

TEST(Headers, ListsFindsTokensInAnyFieldOfTheName) {
  Headers headers;
  headers.add(Name::kConnection, "keep-alive , Upgrade");
  headers.add("connection", "x,,close");
  EXPECT_TRUE(headers.lists(Name::kConnection, "upgrade"));
  EXPECT_TRUE(headers.lists(Name::kConnection, "close"));
  EXPECT_FALSE(headers.lists(Name::kConnection, "clos"));
  EXPECT_FALSE(headers.lists(Name::kConnection, "keep"));
  EXPECT_FALSE(headers.lists(Name::kUpgrade, "upgrade"));
}

TEST(FieldSyntax, NamesAreTokensAndValuesHoldNoControlBytes) {
  EXPECT_TRUE(is_field_name("X-A!"));
  for (const char* bad : {"", "a b", "a:", "a\r", "\xc3\xa9"}) EXPECT_FALSE(is_field_name(bad));
  EXPECT_TRUE(is_field_value(""));
  EXPECT_TRUE(is_field_value("a\tb caf\xc3\xa9"));
  // Each byte at each place of more than one vector register's width.
  for (std::size_t at = 0; at < 40; at++) {
    for (int c = 0; c < 256; c++) {
      std::string value(40, 'a');
      value[at] = static_cast<char>(c);
      EXPECT_EQ(is_field_value(value), (c >= 0x20 && c != 0x7f) || c == '\t') << at << " " << c;
    }
  }
}

}  // namespace
}  // namespace vaettir::http
