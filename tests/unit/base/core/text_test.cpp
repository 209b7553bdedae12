#include "base/core/text.h"

#include <gmock/gmock.h>

namespace vaettir {
namespace {

using testing::ElementsAre;

TEST(Text, ComparesAsciiOnly) {
  EXPECT_EQ(lower("AbZ[@`é"), "abz[@`é");
  EXPECT_TRUE(equal_ignoring_case("Content-Length", "content-LENGTH"));
  EXPECT_FALSE(equal_ignoring_case("a", "ab"));
  EXPECT_FALSE(equal_ignoring_case("@", "`"));
  EXPECT_TRUE(starts_with_ignoring_case("Bearer x", "bearer "));
  EXPECT_FALSE(starts_with_ignoring_case("Bea", "bearer"));
}

TEST(Text, TrimsAndSplits) {
  EXPECT_EQ(trim(" \t a b\t "), "a b");
  EXPECT_EQ(trim(" \t"), "");
  EXPECT_EQ(trim("\na\n"), "\na\n");
  EXPECT_THAT(split_list(" a, b ,,c,"), ElementsAre("a", "b", "c"));
  EXPECT_THAT(split_list(""), ElementsAre());
  EXPECT_THAT(split_list("a;b", ';'), ElementsAre("a", "b"));
}

TEST(Text, ReadsWholeIntegersOnly) {
  EXPECT_EQ(parse_integer("-12"), -12);
  EXPECT_EQ(parse_integer("9223372036854775807"), INT64_MAX);
  for (std::string_view text : {"", "-", "+1", "1 ", " 1", "1x", "9223372036854775808", "0x1"}) {
    EXPECT_EQ(parse_integer(text), std::nullopt) << text;
  }
  EXPECT_EQ(parse_unsigned("18446744073709551615"), UINT64_MAX);
  EXPECT_EQ(parse_unsigned("-1"), std::nullopt);
  EXPECT_EQ(parse_unsigned("18446744073709551616"), std::nullopt);
}

TEST(Text, FindsTheWordThatIsMeant) {
  EXPECT_EQ(edit_distance("kitten", "sitting"), 3u);
  EXPECT_EQ(edit_distance("", "abc"), 3u);
  EXPECT_EQ(edit_distance("abc", "abc"), 0u);
  const std::string_view known[] = {"average", "burst", "period", "sourceCriterion"};
  EXPECT_EQ(nearest("brust", known), "burst");
  EXPECT_EQ(nearest("AVERAGE", known), "average");
  EXPECT_EQ(nearest("sourcecriteron", known), "sourceCriterion");
  EXPECT_EQ(nearest("limit", known), std::nullopt);
  EXPECT_EQ(nearest("", known), std::nullopt);
  EXPECT_EQ(nearest(std::string(100'000, 'a'), known), std::nullopt);
}

TEST(Text, PercentEncoding) {
  EXPECT_EQ(percent_decode("%41%2f+%c3%A9"), "A/+é");
  for (std::string_view text : {"%", "%4", "%4x", "%x4", "a%"}) {
    EXPECT_EQ(percent_decode(text), std::nullopt) << text;
  }
  EXPECT_EQ(percent_encode("a b/é~-._"), "a%20b%2F%C3%A9~-._");
  EXPECT_EQ(percent_encode("a/b", "/"), "a/b");
}

TEST(Text, EscapesHtml) {
  EXPECT_EQ(html_escape("<a href=\"x\">&'é"), "&lt;a href=&quot;x&quot;&gt;&amp;&#39;é");
}

TEST(Text, KnowsUtf8) {
  EXPECT_TRUE(is_valid_utf8("é😀"));
  EXPECT_TRUE(is_valid_utf8(""));
  EXPECT_FALSE(is_valid_utf8("\xff"));
  EXPECT_FALSE(is_valid_utf8("\xc0\xaf"));
  EXPECT_FALSE(is_valid_utf8("\xed\xa0\x80"));
}

// RFC 4648 section 10.
TEST(Text, Base64) {
  constexpr std::pair<std::string_view, std::string_view> kVectors[] = {{"", ""},
                                                                        {"f", "Zg=="},
                                                                        {"fo", "Zm8="},
                                                                        {"foo", "Zm9v"},
                                                                        {"foob", "Zm9vYg=="},
                                                                        {"fooba", "Zm9vYmE="},
                                                                        {"foobar", "Zm9vYmFy"}};
  for (auto [bytes, text] : kVectors) {
    EXPECT_EQ(base64_encode(bytes), text);
    EXPECT_EQ(base64_decode(text), bytes);
  }
  EXPECT_EQ(base64_encode("\xfb\xff"), "+/8=");
  EXPECT_EQ(base64url_encode("\xfb\xff"), "-_8");
  EXPECT_EQ(base64_decode("-_8"), "\xfb\xff");
  EXPECT_EQ(base64_decode("+/8="), "\xfb\xff");
  for (std::string_view text : {"A", "AA=", "AAA==", "A A=", "AA==AA", "====", "é"}) {
    EXPECT_EQ(base64_decode(text), std::nullopt) << text;
  }
  EXPECT_EQ(to_hex(std::string_view("\x00\xff\x1a", 3)), "00ff1a");
}

}  // namespace
}  // namespace vaettir
