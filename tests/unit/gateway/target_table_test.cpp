// Where a target is and who says so: the newest act of a person wins.
#include "gateway/targets/target_table.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include "tests/unit/gateway/kit/house.h"

namespace vaettir::gateway {
namespace {

class SetClock final : public WallClockSource {
 public:
  WallTime now() override { return time; }
  WallTime time = WallTime(std::chrono::hours(24 * 365 * 50));
};

class Targets : public testing::Test {
 protected:
  Targets() {
    char pattern[] = "/tmp/vaettir-targets-XXXXXX";
    folder_ = ::mkdtemp(pattern);
  }
  ~Targets() override { std::filesystem::remove_all(folder_); }
  std::unique_ptr<TargetTable> table() {
    auto made = std::make_unique<TargetTable>(
        folder_ / "targets.json", clock_, log_,
        [](const routes::ServerUrl& url) { return url.port == 4444; });
    made->restore();
    return made;
  }
  static std::string address(TargetTable& table, std::string_view name) {
    const auto all = table.addresses();
    const auto found = all->find(name);
    return found == all->end() ? "" : found->second.url.text();
  }
  std::filesystem::path folder_;
  SetClock clock_;
  kit::Lines lines_;
  observe::Log log_{lines_, clock_, observe::Level::kDebug, observe::LogFormat::kJson};
};

Environment environment(std::string value) { return {{"MY_API_TARGET_URL", std::move(value)}}; }

TEST_F(Targets, EnvironmentNamesThem) {
  auto table = this->table();
  table->take_environment({{"MY_API_TARGET_URL", "http://127.0.0.1:1"}, {"EMPTY_TARGET_URL", ""}});
  EXPECT_EQ(address(*table, "my-api"), "http://127.0.0.1:1");
  EXPECT_EQ(table->addresses()->size(), 1);
  ASSERT_EQ(table->inputs().size(), 1);
  EXPECT_EQ(table->inputs()[0].source, "environment");
}

TEST_F(Targets, WhatIsSetByHandWinsUntilTheEnvironmentChanges) {
  auto table = this->table();
  table->take_environment(environment("http://127.0.0.1:1"));
  ASSERT_TRUE(table->set("My_API", "http://127.0.0.1:2", std::nullopt));
  EXPECT_EQ(address(*table, "my-api"), "http://127.0.0.1:2");
  table->take_environment(environment("http://127.0.0.1:1"));
  EXPECT_EQ(address(*table, "my-api"), "http://127.0.0.1:2");
  table->take_environment(environment("http://127.0.0.1:3"));
  EXPECT_EQ(address(*table, "my-api"), "http://127.0.0.1:3");
  EXPECT_TRUE(lines_.holds("address set by hand is dropped"));
}

TEST_F(Targets, SurvivesARestartUnlessTheEnvironmentHasChangedMeanwhile) {
  {
    auto table = this->table();
    table->take_environment(environment("http://127.0.0.1:1"));
    ASSERT_TRUE(table->set("my-api", "http://127.0.0.1:2", std::nullopt));
    ASSERT_TRUE(table->set("alone", "https://x.example.org/base", std::nullopt));
  }
  auto again = table();
  again->take_environment(environment("http://127.0.0.1:1"));
  EXPECT_EQ(address(*again, "my-api"), "http://127.0.0.1:2");
  EXPECT_EQ(address(*again, "alone"), "https://x.example.org/base");
  auto changed = table();
  changed->take_environment(environment("http://127.0.0.1:9"));
  EXPECT_EQ(address(*changed, "my-api"), "http://127.0.0.1:9");
  EXPECT_EQ(address(*changed, "alone"), "https://x.example.org/base");
  EXPECT_EQ(std::filesystem::status(folder_ / "targets.json").permissions(),
            std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
}

TEST_F(Targets, ResetGoesBack) {
  auto table = this->table();
  table->take_environment(environment("http://127.0.0.1:1"));
  ASSERT_TRUE(table->set("my-api", "http://127.0.0.1:2", std::nullopt));
  ASSERT_TRUE(table->reset("my-api"));
  EXPECT_EQ(address(*table, "my-api"), "http://127.0.0.1:1");
  EXPECT_EQ(table->reset("my-api").error().cause(), Cause::kNoRoute);
}

TEST_F(Targets, ALifeTimeEnds) {
  auto table = this->table();
  table->take_environment(environment("http://127.0.0.1:1"));
  ASSERT_TRUE(table->set("my-api", "http://127.0.0.1:2", std::chrono::seconds(10)));
  clock_.time += std::chrono::seconds(9);
  EXPECT_FALSE(table->expire());
  EXPECT_EQ(table->next_end(), clock_.time + std::chrono::seconds(1));
  clock_.time += std::chrono::seconds(1);
  EXPECT_TRUE(table->expire());
  EXPECT_EQ(address(*table, "my-api"), "http://127.0.0.1:1");
  auto again = this->table();
  again->take_environment(environment("http://127.0.0.1:1"));
  EXPECT_EQ(address(*again, "my-api"), "http://127.0.0.1:1");
}

TEST_F(Targets, RefusesWhatMakesNoSense) {
  auto table = this->table();
  for (const char* url :
       {"ftp://127.0.0.1/", "http://user:secret@127.0.0.1/", "http://169.254.169.254/latest",
        "nonsense", "", "http://127.0.0.1:4444"}) {
    const auto done = table->set("x", url, std::nullopt);
    ASSERT_FALSE(done) << url;
    EXPECT_EQ(done.error().side(), Side::kClient) << url;
    EXPECT_EQ(done.error().text().find("secret"), std::string_view::npos);
  }
  for (const char* name : {"", "-a", "a-", "a.b", "a b", "\xc3\xa9"}) {
    EXPECT_FALSE(table->set(name, "http://127.0.0.1:2", std::nullopt)) << name;
  }
  EXPECT_FALSE(table->set("x", "http://127.0.0.1:2", Duration::zero()));
  EXPECT_TRUE(table->addresses()->empty());
}

TEST_F(Targets, ABrokenFileIsToldAndForgotten) {
  ASSERT_TRUE(write_file_atomically(folder_ / "targets.json", "{\"targets\": 7}"));
  auto table = this->table();
  EXPECT_TRUE(table->addresses()->empty());
  EXPECT_TRUE(lines_.holds("targets.json"));
}

TEST_F(Targets, HealthBelongsToTheAddress) {
  auto table = this->table();
  table->take_environment(environment("http://127.0.0.1:1"));
  const auto health = table->addresses()->at("my-api").health;
  EXPECT_EQ(table->listed("my-api")["state"].string_or(""), "unknown");
  health->failed(5, Cause::kConnectRefused);
  EXPECT_EQ(table->listed("my-api")["state"].string_or(""), "down");
  EXPECT_EQ(table->listed("my-api")["cause"].string_or(""), "connect_refused");
  health->succeeded(6);
  EXPECT_EQ(table->listed("my-api")["state"].string_or(""), "up");
  ASSERT_TRUE(table->set("other", "http://127.0.0.1:5", std::nullopt));
  EXPECT_EQ(table->addresses()->at("my-api").health, health);
  ASSERT_TRUE(table->set("my-api", "http://127.0.0.1:2", std::nullopt));
  EXPECT_NE(table->addresses()->at("my-api").health, health);
  EXPECT_EQ(table->listed("my-api")["state"].string_or(""), "unknown");
}

}  // namespace
}  // namespace vaettir::gateway
