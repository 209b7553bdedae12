#include "base/http/target.h"

#include <gtest/gtest.h>

namespace vaettir::http {
namespace {

TEST(Authority, HostAndPort) {
  const auto parts = [](std::string_view text) {
    const auto split = split_authority(text);
    return split ? fmt::format("{} {}", split->host, split->port.value_or(0)) : "none";
  };
  EXPECT_EQ(parts("a.test"), "a.test 0");
  EXPECT_EQ(parts("a.test:8080"), "a.test 8080");
  EXPECT_EQ(parts("a.test:"), "a.test 0");
  EXPECT_EQ(parts("a.test.:80"), "a.test 80");
  EXPECT_EQ(parts("[::1]"), "[::1] 0");
  EXPECT_EQ(parts("[fe80::1]:443"), "[fe80::1] 443");
  EXPECT_EQ(parts("my_service:80"), "my_service 80");
  for (const char* bad :
       {"", ".", ":80", "a b", "a@b", "a/b", "a,b", "a:b", "a:80:80", "::1", "[::1", "[::1]x",
        "[fe80::1%25eth0]", "a:123456", "a?b", "a#b", "a\\b", "caf\xc3\xa9"}) {
    EXPECT_EQ(parts(bad), "none") << bad;
  }
}

TEST(Authority, SameMeansHostAndPort) {
  EXPECT_TRUE(same_authority("A.test", "a.test.:80", 80));
  EXPECT_TRUE(same_authority("a.test:443", "a.test", 443));
  EXPECT_FALSE(same_authority("a.test:443", "a.test", 80));
  EXPECT_FALSE(same_authority("a.test", "b.test", 80));
}

TEST(Target, Forms) {
  const auto parts = [](std::string_view target, std::string_view method) {
    const auto split = split_target(target, method);
    return split ? fmt::format("{}|{}|{}|{}", split->authority, split->path, split->query,
                               split->has_query)
                 : "none";
  };
  EXPECT_EQ(parts("/", "GET"), "|/||false");
  EXPECT_EQ(parts("/a?b=c?d", "GET"), "|/a|b=c?d|true");
  EXPECT_EQ(parts("/a?", "GET"), "|/a||true");
  EXPECT_EQ(parts("//a/b", "GET"), "|//a/b||false");
  EXPECT_EQ(parts("*", "OPTIONS"), "|*||false");
  EXPECT_EQ(parts("*", "GET"), "none");
  EXPECT_EQ(parts("HTTP://a.test?x", "GET"), "a.test|/|x|true");
  EXPECT_EQ(parts("https://a.test:1/b", "GET"), "a.test:1|/b||false");
  EXPECT_EQ(parts("http://a.test", "OPTIONS"), "a.test|*||false");
  EXPECT_EQ(parts("http://", "GET"), "none");
  EXPECT_EQ(parts("mailto:a@b", "GET"), "none");
  EXPECT_EQ(parts("a", "GET"), "none");
}

}  // namespace
}  // namespace vaettir::http
