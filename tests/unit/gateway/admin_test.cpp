// The admin socket and the console port: who may ask what.
#include <gtest/gtest.h>
#include <sys/stat.h>

#include "tests/unit/gateway/kit/house.h"
#include "tests/unit/gateway/kit/origin.h"

namespace vaettir::gateway {
namespace {

using namespace kit;

class Admin : public testing::Test {
 protected:
  Origin origin_;
  House house_{{.config = proxy_to(origin_.url()),
                .environment = {{"API_TARGET_URL", "http://127.0.0.1:9"}}}};
};

TEST_F(Admin, TheSocketIsTheOwners) {
  struct stat facts = {};
  ASSERT_EQ(::stat((house_.data() / "admin.sock").c_str(), &facts), 0);
  EXPECT_EQ(facts.st_mode & 0777, 0600U);
}

TEST_F(Admin, StatusNamesWhatIsServed) {
  const json::Value status = house_.admin_json("GET", "/api/status");
  EXPECT_EQ(status["generation"].number_or(0), 1);
  EXPECT_TRUE(status["serving"].boolean_or(false));
  ASSERT_EQ(status["entry_points"].size(), 2);
  EXPECT_EQ(status["entry_points"][0]["name"].string_or(""), "web");
  EXPECT_EQ(status["entry_points"][0]["address"].string_or(""),
            fmt::format("127.0.0.1:{}", house_.port()));
  bool found = false;
  for (const json::Value& route : status["routes"].elements()) {
    found |= route["name"].string_or("") == "all@file" &&
             route["service"].string_or("") == "origin@file" &&
             route["status"].string_or("") == "enabled";
  }
  EXPECT_TRUE(found);
  ASSERT_EQ(status["targets"].size(), 1);
  EXPECT_EQ(status["targets"][0]["source"].string_or(""), "environment");
}

TEST_F(Admin, TargetsAreListed) {
  const json::Value listed = house_.admin_json("GET", "/api/targets");
  ASSERT_EQ(listed["targets"].size(), 1);
  const json::Value& row = listed["targets"][0];
  EXPECT_EQ(row["name"].string_or(""), "api");
  EXPECT_EQ(row["url"].string_or(""), "http://127.0.0.1:9");
  EXPECT_EQ(row["state"].string_or(""), "unknown");
  EXPECT_EQ(house_.admin("GET", "/api/targets/other").status(), 404);
}

TEST_F(Admin, MetricsAreTextOfPrometheus) {
  house_.get("/");
  const Message metrics = house_.admin("GET", "/api/metrics");
  EXPECT_EQ(metrics.status(), 200);
  EXPECT_TRUE(metrics.field("Content-Type").starts_with("text/plain"));
  EXPECT_NE(metrics.body.find("vaettir_route_tables 1\n"), std::string::npos);
  EXPECT_NE(metrics.body.find("vaettir_requests_total{router=\"all@file\",code=\"2xx\"} 1"),
            std::string::npos)
      << metrics.body;
}

TEST_F(Admin, ErrorsAreProblemDocuments) {
  const Message unknown = house_.admin("GET", "/api/nothing");
  EXPECT_EQ(unknown.status(), 404);
  EXPECT_EQ(unknown.field("Content-Type"), "application/problem+json");
  const Message method = house_.admin("DELETE", "/api/status");
  EXPECT_EQ(method.status(), 405);
  EXPECT_EQ(method.field("Allow"), "GET");
  EXPECT_EQ(house_.admin("GET", "/api/reload").status(), 405);
}

TEST_F(Admin, TheConsolePortAnswersHealthAndNothingElse) {
  EXPECT_EQ(house_.ask(request("GET", "/healthz", "localhost"), "console").status(), 200);
  EXPECT_EQ(house_.ask(request("GET", "/healthz/readiness", "vaettir:5678"), "console").status(),
            200);
  const Message other = house_.ask(request("GET", "/", "localhost"), "console");
  EXPECT_EQ(other.status(), 401);
  EXPECT_TRUE(other.has("WWW-Authenticate"));
  EXPECT_NE(other.body.find("auth_failed"), std::string::npos);
  EXPECT_EQ(house_.ask(request("GET", "/", "evil.example.org"), "console").status(), 421);
  EXPECT_EQ(
      house_.ask(request("GET", "/api/status", "127.0.0.1", "Origin: http://evil\r\n"), "console")
          .status(),
      401);
}

TEST_F(Admin, ReloadFromAnotherThreadReturnsWhenEveryLoopHasIt) {
  const ReloadOutcome outcome = house_.edge().reload();
  EXPECT_TRUE(outcome.applied);
  EXPECT_EQ(outcome.generation, 2);
  house_.edge().reload_soon();
  EXPECT_TRUE(eventually([&] { return house_.metric("vaettir_config_generation") == 3; }));
}

TEST(Stop, RequestsUnderWayMayFinish) {
  std::atomic<bool> open = false;
  Origin origin([&](const Message&, Wire& wire) {
    EXPECT_TRUE(eventually([&] { return open.load(); }));
    wire.send(response(200, "done"));
    return true;
  });
  House house({.config = proxy_to(origin.url())});
  Wire busy = house.connect();
  Wire idle = house.connect();
  busy.send(request("GET", "/", "h"));
  ASSERT_TRUE(eventually([&] { return origin.requests().size() == 1; }));
  std::thread stopping([&] { house.edge().stop(std::chrono::seconds(10)); });
  EXPECT_TRUE(idle.ended());
  open = true;
  const auto answer = busy.read();
  EXPECT_EQ(answer->body, "done");
  EXPECT_EQ(answer->field("Connection"), "close");
  stopping.join();
}

TEST(Engine, AnswersOnItsInternalName) {
  class Webhooks final : public http::Service {
    Task<void> serve(http::Exchange& ex) override {
      ex.answer(200, "text/plain", "engine");
      return {};
    }
  } webhooks;
  constexpr const char* kConfig = R"yml(
entryPoints: { web: { address: "127.0.0.1:0" } }
http:
  routers:
    hooks: { rule: "PathPrefix(`/webhook`)", service: engine@internal }
    ping: { rule: "Path(`/ping`)", service: ping@internal }
)yml";
  House with({.config = kConfig, .engine = &webhooks});
  EXPECT_EQ(with.get("/webhook/x").body, "engine");
  EXPECT_EQ(with.get("/ping").body, "OK");
  House without({.config = kConfig});
  EXPECT_EQ(without.get("/webhook/x").status(), 503);
}

}  // namespace
}  // namespace vaettir::gateway
