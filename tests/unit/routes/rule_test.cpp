// The rule language, line by line of facts about Traefik v3's matchers.
#include "routes/rule.h"

#include <gtest/gtest.h>

#include "base/core/text.h"

namespace vaettir::routes {
namespace {

class Fields final : public HeaderSource {
 public:
  Fields(std::initializer_list<std::pair<std::string, std::string>> fields) : fields_(fields) {}
  std::optional<std::string_view> value(std::string_view name, std::size_t index) const override {
    for (const auto& [each, value] : fields_) {
      if (equal_ignoring_case(each, name) && index-- == 0) return value;
    }
    return std::nullopt;
  }

 private:
  std::vector<std::pair<std::string, std::string>> fields_;
};

Rule parsed(std::string_view text) {
  auto rule = Rule::parse(text);
  EXPECT_TRUE(rule.has_value()) << text << ": " << (rule ? "" : rule.error().message);
  return rule ? *std::move(rule) : Rule();
}

bool host(std::string_view rule, std::string_view value) {
  return parsed(rule).matches({.host = value, .path = "/"});
}
bool path(std::string_view rule, std::string_view value) {
  return parsed(rule).matches({.path = value});
}
bool query(std::string_view rule, std::string_view value) {
  return parsed(rule).matches({.path = "/", .query = value});
}
bool client(std::string_view rule, std::string_view address) {
  return parsed(rule).matches({.path = "/", .client = IpAddress::parse(address).value()});
}
bool fields(std::string_view rule, const Fields& values) {
  return parsed(rule).matches({.path = "/", .headers = &values});
}
RuleError refused(std::string_view text) {
  auto rule = Rule::parse(text);
  EXPECT_FALSE(rule.has_value()) << text;
  return rule ? RuleError{} : rule.error();
}

TEST(RuleHost, IsExactAndLowerCase) {
  EXPECT_TRUE(host("Host(`Example.ORG`)", "example.org"));
  EXPECT_TRUE(host("Host(`example.org.`)", "example.org"));
  EXPECT_FALSE(host("Host(`example.org`)", "www.example.org"));
  EXPECT_FALSE(host("Host(`example.org`)", ""));
}

TEST(RuleHost, StarIsOneLabelTwoStarsAreAnyDepth) {
  EXPECT_TRUE(host("Host(`*.example.org`)", "a.example.org"));
  EXPECT_FALSE(host("Host(`*.example.org`)", "a.b.example.org"));
  EXPECT_FALSE(host("Host(`*.example.org`)", "example.org"));
  EXPECT_FALSE(host("Host(`*.example.org`)", ".example.org"));
  EXPECT_TRUE(host("Host(`**.example.org`)", "a.b.example.org"));
  EXPECT_TRUE(host("Host(`**.example.org`)", "a.example.org"));
  EXPECT_FALSE(host("Host(`**.example.org`)", "example.org"));
}

TEST(RuleHost, StarAloneMatchesEverythingEvenNoHost) {
  EXPECT_TRUE(host("Host(`*`)", "anything"));
  EXPECT_TRUE(host("Host(`*`)", ""));
}

TEST(RuleHost, Ipv6IsWrittenWithOrWithoutBrackets) {
  EXPECT_TRUE(host("Host(`[2001:db8::1]`)", "2001:db8::1"));
}

TEST(RuleHostRegexp, IsUnanchored) {
  EXPECT_TRUE(host("HostRegexp(`amp`)", "example.org"));
  EXPECT_FALSE(host("HostRegexp(`^amp`)", "example.org"));
}

TEST(RulePath, IsExact) {
  EXPECT_TRUE(path("Path(`/a`)", "/a"));
  EXPECT_FALSE(path("Path(`/a`)", "/a/"));
  EXPECT_FALSE(path("Path(`/a`)", "/ab"));
}

TEST(RulePathPrefix, IsAPlainPrefixOfText) {
  EXPECT_TRUE(path("PathPrefix(`/products`)", "/products-for-sale"));
  EXPECT_TRUE(path("PathPrefix(`/products`)", "/products/1"));
  EXPECT_FALSE(path("PathPrefix(`/products`)", "/product"));
}

TEST(RulePathRegexp, IsUnanchored) {
  EXPECT_TRUE(path("PathRegexp(`[0-9]+$`)", "/v12"));
  EXPECT_FALSE(path("PathRegexp(`^[0-9]+`)", "/v12"));
}

TEST(RuleMethod, IsUpperCased) {
  EXPECT_TRUE(parsed("Method(`get`)").matches({.path = "/", .method = "GET"}));
  EXPECT_FALSE(parsed("Method(`get`)").matches({.path = "/", .method = "get"}));
  EXPECT_FALSE(parsed("Method(`GET`)").matches({.path = "/", .method = "HEAD"}));
}

TEST(RuleHeader, AnyValueOfTheField) {
  Fields values{{"x-a", "1"}, {"X-A", "2"}};
  EXPECT_TRUE(fields("Header(`X-A`, `2`)", values));
  EXPECT_FALSE(fields("Header(`X-A`, `3`)", values));
  EXPECT_FALSE(fields("Header(`X-B`, `2`)", values));
  EXPECT_TRUE(fields("HeaderRegexp(`x-a`, `^[2-9]$`)", values));
  EXPECT_FALSE(fields("HeaderRegexp(`X-A`, `[3-9]`)", values));
}

TEST(RuleQuery, ValuesAreFormDecoded) {
  EXPECT_TRUE(query("Query(`q`, `a b`)", "q=a+b"));
  EXPECT_TRUE(query("Query(`q`, `a b`)", "x=1&q=a%20b"));
  EXPECT_TRUE(query("Query(`q[]`, `1`)", "q%5B%5D=1"));
  EXPECT_FALSE(query("Query(`q`, `a`)", "q=a%2"));
  EXPECT_FALSE(query("Query(`q`, `a`)", "q=a;b=1"));
  EXPECT_FALSE(query("Query(`q`, `a`)", "q=ab"));
  EXPECT_FALSE(query("Query(`q`, `ab`)", "q=a"));
}

TEST(RuleQuery, OneArgumentMeansAnEmptyValue) {
  EXPECT_TRUE(query("Query(`mobile`)", "mobile"));
  EXPECT_TRUE(query("Query(`mobile`)", "mobile="));
  EXPECT_FALSE(query("Query(`mobile`)", "mobile=1"));
  EXPECT_TRUE(query("QueryRegexp(`mobile`)", "mobile="));
  EXPECT_FALSE(query("QueryRegexp(`mobile`)", "mobile=1"));
}

TEST(RuleQueryRegexp, FindsInDecodedValues) {
  EXPECT_TRUE(query("QueryRegexp(`q`, `^a b$`)", "q=a%20b"));
  EXPECT_TRUE(query("QueryRegexp(`q`, `b`)", "q=abc"));
  EXPECT_FALSE(query("QueryRegexp(`q`, `^b`)", "q=abc"));
}

TEST(RuleClientIp, AddressesAndRanges) {
  EXPECT_TRUE(client("ClientIP(`10.0.0.0/8`)", "10.9.8.7"));
  EXPECT_FALSE(client("ClientIP(`10.0.0.0/8`)", "11.0.0.1"));
  EXPECT_TRUE(client("ClientIP(`10.1.2.3`)", "::ffff:10.1.2.3"));
  EXPECT_TRUE(client("ClientIP(`2001:db8::/32`)", "2001:db8:1::"));
  EXPECT_FALSE(client("ClientIP(`::1`)", "127.0.0.1"));
}

TEST(RuleGrammar, AndBindsTighterThanOr) {
  EXPECT_TRUE(path("Path(`/a`) || Path(`/b`) && Path(`/c`)", "/a"));
  EXPECT_FALSE(path("(Path(`/a`) || Path(`/b`)) && Path(`/c`)", "/a"));
}

TEST(RuleGrammar, NotIsUnaryAndMayRepeat) {
  EXPECT_TRUE(path("!Path(`/a`)", "/b"));
  EXPECT_TRUE(path("!!Path(`/a`)", "/a"));
  EXPECT_FALSE(path("!(Path(`/a`) || Path(`/b`))", "/b"));
  EXPECT_TRUE(path("!(Path(`/a`) && Path(`/b`))", "/b"));
}

TEST(RuleGrammar, NamesInFourCasings) {
  for (const char* name : {"HostRegexp", "hostregexp", "HOSTREGEXP", "Hostregexp"}) {
    EXPECT_TRUE(host(std::string(name) + "(`a`)", "a")) << name;
  }
  EXPECT_EQ(refused("hostRegexp(`a`)").hint, "write 'HostRegexp'");
}

TEST(RuleGrammar, TextsAreRawOrInterpretedAsInGo) {
  EXPECT_TRUE(path(R"(Path("/a\x62\u00e9\101"))",
                   "/ab\xC3\xA9"
                   "A"));
  EXPECT_TRUE(path(R"(PathRegexp(`^/\d$`))", "/7"));
  EXPECT_EQ(refused(R"(Path("/\d"))").offset, 7U);
  EXPECT_EQ(refused(R"(Path("/\xZZ"))").offset, 7U);
  EXPECT_EQ(refused(R"(Path("/\ud800"))").offset, 7U);
  EXPECT_EQ(refused("Path('/a')").offset, 5U);
}

TEST(RuleGrammar, SpacesAndLineEndsAnywhere) {
  EXPECT_TRUE(path("  Path ( `/a` )\n  ||\tPath(`/b`)\r\n", "/b"));
}

TEST(RuleErrors, PointAtTheirPlace) {
  EXPECT_EQ(refused("Host(`a`) && Pth(`/`)").offset, 13U);
  EXPECT_EQ(refused("Host(`a`) && Pth(`/`)").hint, "did you mean 'Path'?");
  EXPECT_EQ(refused("Host(`a`, `b`, `c`)").offset, 10U);
  EXPECT_EQ(refused("Host(`a`, `b`, `c`)").message, "'Host' takes 1 argument, here are 3");
  EXPECT_EQ(refused("Header(`a`)").message, "'Header' takes 2 arguments, here is 1");
  EXPECT_EQ(refused("Query(`a`, `b`, `c`)").message, "'Query' takes 1 or 2 arguments, here are 3");
  EXPECT_EQ(refused("Host()").message, "'Host' takes 1 argument, here are 0");
  EXPECT_EQ(refused("Host(a)").message, "text in backquotes is expected here");
  EXPECT_EQ(refused("Path(`a`)").message, "'Path' must start with '/'");
  EXPECT_EQ(refused("Host(`a`) || ").message, "the rule ends where a matcher is expected");
  EXPECT_EQ(refused("((Host(`a`))").offset, 0U);
  EXPECT_EQ(refused("   ").message, "the rule is empty");
  EXPECT_EQ(refused("Host(`a`").message, "'Host(' is never closed");
}

TEST(RuleErrors, NestingIsBounded) {
  EXPECT_EQ(refused(std::string(100'000, '!')).message, "the rule is nested too deeply");
  EXPECT_EQ(refused(std::string(100'000, '(')).message, "the rule is nested too deeply");
}

TEST(RuleFirstFailure, NamesThePredicateOfTheAlternativeThatCameFurthest) {
  Rule rule = parsed("(Host(`a`) && Path(`/x`)) || (Host(`b`) && Path(`/y`) && Method(`PUT`))");
  EXPECT_EQ(rule.first_failure({.host = "a", .path = "/z"}), "Path(`/x`)");
  EXPECT_EQ(rule.first_failure({.host = "b", .path = "/y", .method = "GET"}), "Method(`PUT`)");
  EXPECT_EQ(rule.first_failure({.host = "a", .path = "/x"}), "");
}

TEST(RuleFirstFailure, NamesAlternativesOfEqualMeritTogether) {
  EXPECT_EQ(parsed("Path(`/a`) || Path(`/b`)").first_failure({.path = "/"}),
            "Path(`/a`) || Path(`/b`)");
  EXPECT_EQ(parsed("!Path(`/a`)").first_failure({.path = "/a"}), "!Path(`/a`)");
  EXPECT_EQ(parsed("!(Path(`/a`) || Path(`/b`))").first_failure({.path = "/b"}), "Path(`/b`)");
}

TEST(RuleHosts, AreThoseNotNegated) {
  Rule rule = parsed("(Host(`a.org`) || Host(`*.b.org`)) && !Host(`c.org`) && !!Host(`d.org`)");
  EXPECT_EQ(rule.hosts(), (std::vector<std::string>{"a.org", "*.b.org", "d.org"}));
  EXPECT_TRUE(parsed("Host(`*`)").hosts().empty());
}

TEST(RuleDefault, MatchesNothing) { EXPECT_FALSE(Rule().matches({.host = "a", .path = "/"})); }

}  // namespace
}  // namespace vaettir::routes
