#include "base/http/problem.h"

#include <gtest/gtest.h>

#include "base/core/json.h"
#include "base/http/reason_phrase.h"

namespace vaettir::http {
namespace {

TEST(ProblemDocument, StrangersSeeCauseSentenceAndRequest) {
  const auto document = json::parse(
      problem_document({Cause::kConnectRefused, 0, "req-1", "10.0.0.1:9001 refused", false}));
  ASSERT_TRUE(document);
  const json::Value& value = *document;
  EXPECT_EQ(value["type"].string(), "urn:vaettir:cause:connect_refused");
  EXPECT_EQ(value["title"].string(), "Bad Gateway");
  EXPECT_EQ(value["status"].number(), 502);
  EXPECT_EQ(value["detail"].string(), "The service does not accept connections.");
  EXPECT_EQ(value["cause"].string(), "connect_refused");
  EXPECT_EQ(value["instance"].string(), "urn:vaettir:request:req-1");
  EXPECT_FALSE(value.has("remedy"));
}

TEST(ProblemDocument, TheTrustedSeeDetailAndRemedy) {
  const auto document =
      json::parse(problem_document({Cause::kConnectRefused, 503, "", "\"10.0.0.1\"\n", true}));
  ASSERT_TRUE(document);
  const json::Value& value = *document;
  EXPECT_EQ(value["status"].number(), 503);
  EXPECT_EQ(value["detail"].string(), "\"10.0.0.1\"\n");
  EXPECT_EQ(value["remedy"].string(), facts(Cause::kConnectRefused).remedy);
  EXPECT_FALSE(value.has("instance"));
}

TEST(ProblemDocument, EveryCauseMakesOne) {
  for (const CauseFacts& each : all_causes()) {
    EXPECT_TRUE(json::parse(problem_document({each.cause, 0, "id", "", true}))) << each.name;
    EXPECT_NE(problem_page({each.cause, 0, "id", "", true}).find(each.name), std::string::npos);
    EXPECT_FALSE(reason_phrase(each.status).empty()) << each.status;
  }
}

TEST(ProblemPage, EscapesAndNeedsNothingFromElsewhere) {
  const std::string page =
      problem_page({Cause::kDnsFailure, 0, "<script>", "<b>\"evil\"&</b>", true});
  EXPECT_EQ(page.find("<script>"), page.npos);
  EXPECT_EQ(page.find("<b>"), page.npos);
  EXPECT_NE(page.find("&lt;b&gt;"), page.npos);
  for (const char* outside : {"http://", "https://", "src=", "href=", "url(", "@import"}) {
    if (facts(Cause::kDnsFailure).remedy.find(outside) != std::string_view::npos) continue;
    EXPECT_EQ(page.find(outside), page.npos) << outside;
  }
  EXPECT_NE(page.find("color-scheme:light dark"), page.npos);
}

TEST(ProblemPage, StrangersSeeNoDetail) {
  const std::string page =
      problem_page({Cause::kDnsFailure, 0, "id", "secret-host.internal", false});
  EXPECT_EQ(page.find("secret-host"), page.npos);
  EXPECT_EQ(page.find(facts(Cause::kDnsFailure).remedy), page.npos);
}

TEST(ProxyStatus, NamesTheRegisteredErrorAndTheCause) {
  EXPECT_EQ(proxy_status(Cause::kConnectRefused),
            "vaettir; error=connection_refused; details=\"connect_refused\"");
}

TEST(WantsHtml, OnlyWhoNamesIt) {
  const auto wants = [](std::string_view accept) {
    Headers headers;
    headers.add(Name::kAccept, accept);
    return wants_html(headers);
  };
  EXPECT_TRUE(wants("text/html,application/xhtml+xml;q=0.9,*/*;q=0.8"));
  EXPECT_TRUE(wants("application/json, TEXT/HTML ; q=0.1"));
  EXPECT_FALSE(wants("text/html;q=0"));
  EXPECT_FALSE(wants("text/html; q=0.000"));
  EXPECT_FALSE(wants("*/*"));
  EXPECT_FALSE(wants("text/*"));
  EXPECT_FALSE(wants("application/json"));
  EXPECT_FALSE(wants_html(Headers()));
}

}  // namespace
}  // namespace vaettir::http
