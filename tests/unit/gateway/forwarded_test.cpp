// What services learn of the way a request took, and what strangers cannot make them believe.
#include <gtest/gtest.h>

#include "tests/unit/gateway/kit/house.h"
#include "tests/unit/gateway/kit/origin.h"

namespace vaettir::gateway {
namespace {

using namespace kit;

class Forwarded : public testing::Test {
 protected:
  Message seen(std::string_view fields, std::string_view host = "shop.example.org:8080",
               std::string_view entry_point_more = "") {
    std::string config = proxy_to(origin_.url());
    const std::string_view plain = "address: \"127.0.0.1:0\"";
    config.insert(config.find(plain) + plain.size(), entry_point_more);
    House house({.config = config});
    EXPECT_EQ(house.get("/", host, fields).status(), 200);
    return origin_.last();
  }
  Origin origin_;
};

constexpr std::string_view kTrusting = ", forwardedHeaders: { trustedIPs: [\"127.0.0.1/32\"] }";

TEST_F(Forwarded, SaysWhatWeSaw) {
  const Message request = seen("");
  EXPECT_EQ(request.field("X-Forwarded-For"), "127.0.0.1");
  EXPECT_EQ(request.field("X-Forwarded-Proto"), "http");
  EXPECT_EQ(request.field("X-Forwarded-Host"), "shop.example.org:8080");
  EXPECT_EQ(request.field("X-Forwarded-Port"), "8080");
  EXPECT_EQ(request.field("X-Real-Ip"), "127.0.0.1");
  EXPECT_FALSE(request.field("X-Forwarded-Server").empty());
  EXPECT_EQ(seen("", "shop.example.org").field("X-Forwarded-Port"), "80");
  EXPECT_EQ(seen("", "[::1]").field("X-Forwarded-Port"), "80");
  EXPECT_EQ(seen("", "[::1]:99").field("X-Forwarded-Port"), "99");
}

TEST_F(Forwarded, StrangersAreNotBelieved) {
  const Message request = seen(
      "X-Forwarded-For: 203.0.113.1\r\nX-Forwarded-Proto: https\r\nX-Forwarded-Host: evil\r\n"
      "X-Real-Ip: 203.0.113.1\r\nForwarded: for=203.0.113.1\r\nX-Forwarded-Prefix: /x\r\n"
      "X-Forwarded-Tls-Client-Cert: c\r\nX-Original-Url: /admin\r\n");
  EXPECT_EQ(request.field("X-Forwarded-For"), "127.0.0.1");
  EXPECT_EQ(request.field("X-Forwarded-Proto"), "http");
  EXPECT_EQ(request.field("X-Forwarded-Host"), "shop.example.org:8080");
  EXPECT_EQ(request.field("X-Real-Ip"), "127.0.0.1");
  for (const char* name :
       {"Forwarded", "X-Forwarded-Prefix", "X-Forwarded-Tls-Client-Cert", "X-Original-Url"}) {
    EXPECT_FALSE(request.has(name)) << name;
  }
}

TEST_F(Forwarded, TrustedProxiesAreBelieved) {
  const Message request = seen(
      "X-Forwarded-For: 203.0.113.1\r\nX-Forwarded-For: 198.51.100.7\r\n"
      "X-Forwarded-Proto: https\r\nX-Real-Ip: 203.0.113.1\r\nX-Forwarded-Host: public\r\n",
      "inner", kTrusting);
  EXPECT_EQ(request.field("X-Forwarded-For"), "203.0.113.1, 198.51.100.7, 127.0.0.1");
  EXPECT_EQ(request.field("X-Forwarded-Proto"), "https");
  EXPECT_EQ(request.field("X-Forwarded-Host"), "public");
  EXPECT_EQ(request.field("X-Forwarded-Port"), "443");
  EXPECT_EQ(request.field("X-Real-Ip"), "203.0.113.1");
}

TEST_F(Forwarded, UnderscoresDoNotShadowDashes) {
  const Message request = seen(
      "X_Forwarded_For: 203.0.113.1\r\nX_Real-Ip: 203.0.113.1\r\nX-User: real\r\nX_User: fake\r\n"
      "my_own: kept\r\n");
  EXPECT_FALSE(request.has("X_Forwarded_For"));
  EXPECT_FALSE(request.has("X_Real-Ip"));
  EXPECT_FALSE(request.has("X_User"));
  EXPECT_EQ(request.field("X-User"), "real");
  EXPECT_EQ(request.field("my_own"), "kept");
}

}  // namespace
}  // namespace vaettir::gateway
