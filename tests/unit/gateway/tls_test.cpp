// TLS on both sides: one house is the service of another. Redirection to the port that is bound.
#include <gtest/gtest.h>

#include "tests/unit/gateway/kit/certificates.h"
#include "tests/unit/gateway/kit/house.h"
#include "tests/unit/gateway/kit/origin.h"

namespace vaettir::gateway {
namespace {

using namespace kit;

constexpr std::string_view kSecure = R"yml(
entryPoints:
  web: {{ address: "127.0.0.1:0", http: {{ redirections: {{ entryPoint: {{ to: websecure, scheme: https }} }} }} }}
  websecure: {{ address: "127.0.0.1:0", http: {{ tls: {{}} }} }}
http:
  routers: {{ all: {{ rule: "PathPrefix(`/`)", service: origin }} }}
  services: {{ origin: {{ loadBalancer: {{ servers: [ {{ url: "{}" }} ] }} }} }}
)yml";

class Tls : public testing::Test {
 protected:
  // A house with TLS before `origin_`, and a plain one before that.
  Tls()
      : secure_({.config = fmt::format(kSecure, origin_.url()), .certificates = &certificates_}) {}
  std::unique_ptr<House> before(std::string_view host, bool pass_host = false,
                                std::string roots = std::string(kTestCertificate)) {
    const std::string config = fmt::format(
        R"yml(
entryPoints: {{ web: {{ address: "127.0.0.1:0" }} }}
http:
  routers: {{ all: {{ rule: "PathPrefix(`/`)", service: secure }} }}
  services:
    secure: {{ loadBalancer: {{ passHostHeader: {}, servers: [ {{ url: "https://{}:{}" }} ] }} }}
)yml",
        pass_host, host, secure_.port("websecure"));
    return std::make_unique<House>(HouseOptions{
        .config = config,
        .names = Names{{"test.localhost", "127.0.0.1"}, {"other.example.org", "127.0.0.1"}},
        .upstream_roots = std::move(roots)});
  }
  Origin origin_;
  TestCertificates certificates_;
  House secure_;
};

TEST_F(Tls, PassesThroughTwoGateways) {
  const auto first = before("test.localhost");
  Wire wire = first->connect();
  for (int i = 0; i < 3; i++) {
    EXPECT_EQ(wire.ask(request("POST", "/a", "h", "", "12345")).body, "POST /a 5");
  }
  const Message seen = origin_.last();
  EXPECT_EQ(seen.field("X-Forwarded-Proto"), "https");
  EXPECT_EQ(seen.field("Host"), fmt::format("test.localhost:{}", secure_.port("websecure")));
  EXPECT_NE(seen.field("CDN-Loop").find(", "), std::string::npos);
  const json::Value record = secure_.record();
  EXPECT_EQ(record["RequestScheme"].string_or(""), "https");
  EXPECT_EQ(record["entryPointName"].string_or(""), "websecure");
}

TEST_F(Tls, ANameOfAnotherConnectionIsMisdirected) {
  const auto first = before("test.localhost", true);
  EXPECT_EQ(first->get("/", "api.localhost").status(), 421);
  EXPECT_EQ(secure_.record()["cause"].string_or(""), "misdirected");
  EXPECT_EQ(first->get("/", "test.localhost").status(), 200);
}

TEST_F(Tls, AnUntrustedCertificateHasItsCause) {
  const auto first = before("test.localhost", false, "");
  EXPECT_EQ(first->get("/").status(), 502);
  EXPECT_EQ(first->record()["cause"].string_or(""), "tls_certificate");
}

TEST_F(Tls, ANameWithoutCertificateIsToldOnceWithItsName) {
  const auto first = before("other.example.org");
  EXPECT_EQ(first->get("/").status(), 502);
  EXPECT_EQ(first->record()["cause"].string_or(""), "tls_handshake");
  EXPECT_TRUE(eventually([&] { return secure_.log().holds("other.example.org"); }));
  std::size_t lines = 0;
  for (const std::string& line : secure_.log().all()) {
    lines += line.find("other.example.org") != std::string::npos;
  }
  EXPECT_EQ(lines, 1);
}

TEST_F(Tls, PlainRequestsAreRedirectedToTheBoundPort) {
  const std::string there = fmt::format("https://api.localhost:{}", secure_.port("websecure"));
  const Message get = secure_.get("/a?b=c", fmt::format("api.localhost:{}", secure_.port()));
  EXPECT_EQ(get.status(), 301);
  EXPECT_EQ(get.field("Location"), there + "/a?b=c");
  const Message post = secure_.ask(request("POST", "/x", "api.localhost", "", "body"));
  EXPECT_EQ(post.status(), 308);
  EXPECT_EQ(post.field("Location"), there + "/x");
  EXPECT_TRUE(origin_.requests().empty());
}

TEST(MixedEntryPoint, TellsTlsAndPlainApart) {
  Origin origin;
  TestCertificates certificates;
  const std::string config = fmt::format(R"yml(
entryPoints: {{ web: {{ address: "127.0.0.1:0" }} }}
http:
  routers:
    plain: {{ rule: "PathPrefix(`/plain`)", service: origin }}
    secure: {{ rule: "PathPrefix(`/secure`)", service: origin, tls: {{}} }}
  services: {{ origin: {{ loadBalancer: {{ servers: [ {{ url: "{}" }} ] }} }} }}
)yml",
                                         origin.url());
  House mixed({.config = config, .certificates = &certificates});
  EXPECT_EQ(mixed.get("/plain").status(), 200);
  EXPECT_EQ(mixed.get("/secure").status(), 404);
  House before({.config = proxy_to(fmt::format("https://test.localhost:{}", mixed.port())),
                .names = Names{{"test.localhost", "127.0.0.1"}},
                .upstream_roots = std::string(kTestCertificate)});
  EXPECT_EQ(before.get("/secure", "test.localhost").status(), 200);
  EXPECT_EQ(before.get("/plain", "test.localhost").status(), 404);
}

}  // namespace
}  // namespace vaettir::gateway
