// The access log: one JSON line per exchange, Traefik's names, no secrets.
#include "gateway/server/record.h"

#include <gtest/gtest.h>

#include "gateway/server/log_time.h"
#include "tests/unit/gateway/kit/house.h"
#include "tests/unit/gateway/kit/origin.h"

namespace vaettir::gateway {
namespace {

using namespace kit;

TEST(Record, HasTraefiksFieldsAndOurs) {
  Origin origin;
  House house({.config = proxy_to(origin.url())});
  house.ask(request("POST", "/a?b=c", "shop.example.org:8080", "", "hello"));
  const json::Value record = house.record();
  EXPECT_EQ(record["RequestMethod"].string_or(""), "POST");
  EXPECT_EQ(record["RequestPath"].string_or(""), "/a?b=c");
  EXPECT_EQ(record["RequestAddr"].string_or(""), "shop.example.org:8080");
  EXPECT_EQ(record["RequestHost"].string_or(""), "shop.example.org");
  EXPECT_EQ(record["RequestProtocol"].string_or(""), "HTTP/1.1");
  EXPECT_EQ(record["RequestScheme"].string_or(""), "http");
  EXPECT_EQ(record["RequestContentSize"].number_or(0), 5);
  EXPECT_EQ(record["RouterName"].string_or(""), "all@file");
  EXPECT_EQ(record["ServiceName"].string_or(""), "origin@file");
  EXPECT_EQ(record["ServiceURL"].string_or(""), origin.url());
  EXPECT_EQ(record["ServiceAddr"].string_or(""), fmt::format("127.0.0.1:{}", origin.port()));
  EXPECT_EQ(record["OriginStatus"].number_or(0), 200);
  EXPECT_EQ(record["DownstreamStatus"].number_or(0), 200);
  EXPECT_EQ(record["DownstreamContentSize"].number_or(0), 13);
  EXPECT_EQ(record["ClientHost"].string_or(""), "127.0.0.1");
  EXPECT_EQ(record["entryPointName"].string_or(""), "web");
  EXPECT_EQ(record["RetryAttempts"].number_or(9), 0);
  EXPECT_GT(record["Duration"].number_or(0), 0);
  EXPECT_GT(record["OriginDuration"].number_or(0), 0);
  EXPECT_LE(record["OriginDuration"].number_or(0), record["Duration"].number_or(0));
  EXPECT_FALSE(record["request_id"].string_or("").empty());
  EXPECT_FALSE(record.has("cause"));
  EXPECT_EQ(record["time"].string_or("").size(), 24);
  EXPECT_EQ(house.metric("vaettir_requests_total"), 1);
}

TEST(Record, WhatMiddlewaresChangeIsLoggedAsItCame) {
  Origin origin;
  House house(
      {.config = proxy_to(origin.url(), ", middlewares: [m]",
                          "  middlewares:\n    m: { stripPrefix: { prefixes: [/api] } }\n")});
  EXPECT_EQ(house.get("/api/x").body, "GET /x 0");
  EXPECT_EQ(house.record()["RequestPath"].string_or(""), "/api/x");
}

TEST(Record, OddBytesStayJson) {
  Origin origin;
  House house({.config = proxy_to(origin.url())});
  house.get("/a\"b\\c");
  EXPECT_EQ(house.record()["RequestPath"].string_or(""), "/a\"b\\c");
}

TEST(Record, CanBeSwitchedOff) {
  Origin origin;
  House house({.config = "accessLog: { enabled: false }\n" + proxy_to(origin.url())});
  EXPECT_EQ(house.get("/").status(), 200);
  EXPECT_TRUE(eventually([&] { return house.metric("vaettir_requests_total") == 1; }));
  EXPECT_EQ(house.records(), 0);
}

TEST(Record, LeavesOutTheLinesOfARouterThatWantsNone) {
  Origin origin;
  House house({.config = proxy_to(origin.url(), ", observability: { accessLogs: false }")});
  EXPECT_EQ(house.get("/").status(), 200);
  EXPECT_TRUE(eventually([&] { return house.metric("vaettir_requests_total") == 1; }));
  EXPECT_EQ(house.records(), 0);
}

TEST(Record, ValuesOfSecretParametersAreStars) {
  std::string buffer;
  const struct {
    const char *target, *shown;
  } cases[] = {
      {"/a", "/a"},
      {"/a?b=c&d", "/a?b=c&d"},
      {"/a?token=x", "/a?token=***"},
      {"/a?b=c&Access_Token=x&d=e", "/a?b=c&Access_Token=***&d=e"},
      {"/a?token", "/a?token"},
      {"/a?tokens=x", "/a?tokens=x"},
      {"/a?", "/a?"},
      {"/a?&&password=&x=", "/a?&&password=***&x="},
  };
  for (const auto& each : cases) EXPECT_EQ(without_secrets(each.target, buffer), each.shown);
}

TEST(Record, TimesAreThoseOfTheClock) {
  LogTime text;
  for (const std::int64_t ms :
       std::initializer_list<std::int64_t>{0, 1, 999, 1000, 1'795'576'298'007, 1'795'576'298'123,
                                           1'795'576'299'000, 1'795'576'298'999}) {
    const WallTime time{std::chrono::milliseconds(ms)};
    EXPECT_EQ(text.text(time), iso_text(time));
  }
}

TEST(Record, CountsRequestsThatWereNotFinished) {
  Origin origin;
  House house({.config = proxy_to(origin.url())});
  Wire wire = house.connect();
  wire.send("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 100\r\n\r\nabc");
  ASSERT_TRUE(eventually([&] { return origin.connections() == 1; }));
  wire.reset();
  EXPECT_EQ(house.record()["cause"].string_or(""), "client_abort");
}

}  // namespace
}  // namespace vaettir::gateway
