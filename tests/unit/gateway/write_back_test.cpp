// Answers of a target that name its own address.
#include "gateway/targets/write_back.h"

#include <gtest/gtest.h>

#include "gateway/targets/ngrok.h"
#include "gateway/targets/offline_page.h"

namespace vaettir::gateway {
namespace {

constexpr PublicName kName{"https", "api.localhost:8443", "api.localhost"};

std::string location(std::string_view value, std::string_view target) {
  http::Arena arena;
  http::Headers answer;
  answer.add(http::Name::kLocation, value);
  write_back(answer, routes::ServerUrl::from_text(target).value(), kName, arena);
  return std::string(*answer.find(http::Name::kLocation));
}

TEST(WriteBack, Location) {
  const struct {
    const char *value, *target, *written;
  } cases[] = {
      {"http://127.0.0.1:9001/next?a#b", "http://127.0.0.1:9001",
       "https://api.localhost:8443/next?a#b"},
      {"http://127.0.0.1:9002/next", "http://127.0.0.1:9001", "http://127.0.0.1:9002/next"},
      {"/relative", "http://127.0.0.1:9001", "/relative"},
      {"//127.0.0.1:9001/x", "http://127.0.0.1:9001", "//127.0.0.1:9001/x"},
      {"https://ABC.ngrok-free.app/x", "https://abc.ngrok-free.app",
       "https://api.localhost:8443/x"},
      // A service behind a tunnel does not know that the way to it is encrypted.
      {"http://abc.ngrok-free.app/x", "https://abc.ngrok-free.app", "https://api.localhost:8443/x"},
      {"https://abc.ngrok-free.app.evil.example.org/", "https://abc.ngrok-free.app",
       "https://abc.ngrok-free.app.evil.example.org/"},
      {"https://user@abc.ngrok-free.app/", "https://abc.ngrok-free.app",
       "https://user@abc.ngrok-free.app/"},
      {"http://[::1]:9001/x", "http://[::1]:9001", "https://api.localhost:8443/x"},
      {"http://127.0.0.1:9001", "http://127.0.0.1:9001", "https://api.localhost:8443"},
  };
  for (const auto& each : cases) EXPECT_EQ(location(each.value, each.target), each.written);
}

std::string cookie(std::string_view value, const PublicName& name = kName) {
  http::Arena arena;
  http::Headers answer;
  answer.add(http::Name::kSetCookie, value);
  write_back(answer, routes::ServerUrl::from_text("https://dev.example.org").value(), name, arena);
  return std::string(*answer.find(http::Name::kSetCookie));
}

TEST(WriteBack, CookieDomain) {
  EXPECT_EQ(cookie("a=b; Domain=dev.example.org; Path=/"), "a=b; Domain=api.localhost; Path=/");
  EXPECT_EQ(cookie("a=b; domain=.DEV.example.org"), "a=b; Domain=api.localhost");
  EXPECT_EQ(cookie("a=b; Domain=example.org; Path=/"), "a=b; Domain=example.org; Path=/");
  EXPECT_EQ(cookie("a=b; Path=/"), "a=b; Path=/");
  EXPECT_EQ(cookie("domain=dev.example.org"), "domain=dev.example.org");
  const PublicName number{"http", "127.0.0.1:1", "127.0.0.1"};
  EXPECT_EQ(cookie("a=b; Domain=dev.example.org; Path=/", number), "a=b; Path=/");
}

TEST(WriteBack, OriginIsOwnWhereItsHostIsTheRequests) {
  EXPECT_TRUE(origin_is_own("https://api.localhost:8443", "api.localhost:8443"));
  EXPECT_TRUE(origin_is_own("https://api.localhost", "api.localhost:443"));
  EXPECT_TRUE(origin_is_own("http://API.localhost", "api.localhost"));
  EXPECT_FALSE(origin_is_own("https://api.localhost:8443", "api.localhost:8080"));
  EXPECT_FALSE(origin_is_own("https://other.localhost:8443", "api.localhost:8443"));
  EXPECT_FALSE(origin_is_own("null", "api.localhost"));
  EXPECT_FALSE(origin_is_own("https://api.localhost/path", "api.localhost"));
}

TEST(Ngrok, IsRecognised) {
  EXPECT_TRUE(is_ngrok_host("abc.ngrok-free.app"));
  EXPECT_TRUE(is_ngrok_host("abc.eu.ngrok.io"));
  EXPECT_FALSE(is_ngrok_host("ngrok.io.example.org"));
  http::Headers answer;
  EXPECT_FALSE(ngrok_cause(answer));
  answer.add("Ngrok-Error-Code", "ERR_NGROK_3200");
  EXPECT_EQ(ngrok_cause(answer), Cause::kTunnelOffline);
  answer.set("ngrok-error-code", "ERR_NGROK_8012");
  EXPECT_EQ(ngrok_cause(answer), Cause::kConnectRefused);
  answer.set("ngrok-error-code", "ERR_NGROK_727");
  EXPECT_EQ(ngrok_cause(answer), Cause::kTunnelQuota);
}

TEST(OfflinePage, EscapesAndKeepsDiagnosticsForTheTrusted) {
  OfflineFacts told{.target = "<api>",
                    .cause = Cause::kConnectRefused,
                    .request_id = "r1",
                    .detail = "http://10.0.0.7:1 & more",
                    .may_repeat = true};
  const std::string page = built_in_offline_page(told);
  EXPECT_NE(page.find("&lt;api&gt;"), std::string::npos);
  EXPECT_EQ(page.find("<api>"), std::string::npos);
  EXPECT_NE(page.find("connect_refused"), std::string::npos);
  EXPECT_EQ(page.find("10.0.0.7"), std::string::npos);
  EXPECT_NE(page.find("http-equiv=\"refresh\""), std::string::npos);
  told.trusted = true;
  EXPECT_NE(built_in_offline_page(told).find("10.0.0.7:1 &amp; more"), std::string::npos);
  EXPECT_EQ(filled_in("${VAETTIR_TARGET} ${VAETTIR_CAUSE} ${VAETTIR_X} ${a} $", told),
            "&lt;api&gt; connect_refused ${VAETTIR_X} ${a} $");
}

}  // namespace
}  // namespace vaettir::gateway
