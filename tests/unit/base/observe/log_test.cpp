#include "base/observe/log.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <cmath>

#include "base/core/json.h"

namespace vaettir::observe {
namespace {

class Lines final : public LineSink {
 public:
  void line(std::string_view text) override { lines.emplace_back(text); }
  std::uint64_t dropped() const override { return lost; }

  std::vector<std::string> lines;
  std::uint64_t lost = 0;
};

class FixedClock final : public WallClockSource {
 public:
  WallTime now() override { return WallTime{std::chrono::milliseconds(1795576298123)}; }
};

class LogTest : public testing::Test {
 protected:
  Lines lines_;
  FixedClock clock_;
};

TEST_F(LogTest, WritesOneJsonObjectALine) {
  Log log(lines_, clock_, Level::kInfo, LogFormat::kJson);
  const std::string owned = "a\n\"b\"";
  log.info("target moved", {{"target", "github"},
                            {"text", owned},
                            {"count", 3},
                            {"size", std::size_t{4}},
                            {"ratio", 0.5},
                            {"nan", std::nan("")},
                            {"public", true},
                            {"cause", Cause::kNoRoute}});
  ASSERT_EQ(lines_.lines.size(), 1u);
  EXPECT_EQ(lines_.lines[0],
            R"({"time":"2026-11-25T03:11:38.123Z","level":"info","message":"target moved",)"
            R"("target":"github","text":"a\n\"b\"","count":3,"size":4,"ratio":0.5,"nan":null,)"
            R"("public":true,"cause":"no_route"})");
  EXPECT_TRUE(json::parse(lines_.lines[0]).has_value());
}

TEST_F(LogTest, ErrorsBringCauseAndRemedy) {
  Log log(lines_, clock_, Level::kInfo, LogFormat::kJson);
  log.error("cannot open the store", Error(Cause::kStoreUnavailable, "disk full"),
            {{"file", "store.db"}});
  json::Value line = *json::parse(lines_.lines.at(0));
  EXPECT_EQ(line["level"].string(), "error");
  EXPECT_EQ(line["cause"].string(), "store_unavailable");
  EXPECT_EQ(line["error"].string(), "disk full");
  EXPECT_EQ(line["remedy"].string(), facts(Cause::kStoreUnavailable).remedy);
  EXPECT_EQ(line["file"].string(), "store.db");
}

TEST_F(LogTest, LevelsHold) {
  Log log(lines_, clock_, Level::kWarning, LogFormat::kJson);
  log.debug("no");
  log.info("no");
  log.warn("yes");
  log.error("yes");
  EXPECT_EQ(lines_.lines.size(), 2u);
  EXPECT_FALSE(log.enabled(Level::kInfo));
  log.set_level(Level::kDebug);
  log.debug("yes");
  EXPECT_EQ(lines_.lines.size(), 3u);
  log.set_level(Level::kSilent);
  log.error("no");
  EXPECT_EQ(lines_.lines.size(), 3u);
  EXPECT_EQ(level_named("WARN"), Level::kWarning);
  EXPECT_EQ(level_named("warning"), Level::kWarning);
  EXPECT_EQ(level_named("Debug"), Level::kDebug);
  EXPECT_EQ(level_named("silent"), Level::kSilent);
  EXPECT_EQ(level_named("loud"), std::nullopt);
}

TEST_F(LogTest, PeopleGetReadableLines) {
  Log log(lines_, clock_, Level::kInfo, LogFormat::kText);
  log.warn("target is down",
           {{"target", "my-api"}, {"reason", "connection refused"}, {"tries", 3}, {"none", ""}});
  EXPECT_EQ(lines_.lines.at(0),
            "2026-11-25T03:11:38.123Z warn  target is down target=my-api "
            "reason=\"connection refused\" tries=3 none=\"\"");
  Log coloured(lines_, clock_, Level::kInfo, LogFormat::kColoured);
  coloured.info("up", {{"a", 1}});
  EXPECT_EQ(lines_.lines.at(1),
            "\x1b[90m03:11:38.123\x1b[0m \x1b[32minfo \x1b[0m up \x1b[90ma=\x1b[0m1");
}

TEST_F(LogTest, TextOfClientsCannotDriveTheTerminal) {
  Log log(lines_, clock_, Level::kInfo, LogFormat::kText);
  log.info("odd", {{"path", "/\x1b[2J\n\x7f\u009b31m"}, {"name", "é°"}, {"bytes", "\xff"}});
  EXPECT_EQ(lines_.lines.at(0),
            "2026-11-25T03:11:38.123Z info  odd path=\"/\\u001b[2J\\n\\u007f\\u009b31m\" "
            "name=\"é°\" bytes=\"\ufffd\"");
}

TEST_F(LogTest, TellsOnceOfLostLines) {
  Log log(lines_, clock_, Level::kError, LogFormat::kJson);
  log.error("first");
  lines_.lost = 5;
  log.error("second");
  log.error("third");
  ASSERT_EQ(lines_.lines.size(), 4u);
  EXPECT_EQ((*json::parse(lines_.lines[1]))["message"].string(), "log lines were dropped");
  EXPECT_EQ((*json::parse(lines_.lines[1]))["lines"].number(), 5);
}

TEST(LogFormat, IsJsonUnlessATerminalLooks) {
  int file = ::open("/dev/null", O_WRONLY | O_CLOEXEC);
  EXPECT_EQ(format_for(file, {}), LogFormat::kJson);
  ::close(file);
  int terminal = ::posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
  ASSERT_GE(terminal, 0);
  EXPECT_EQ(format_for(terminal, {{"TERM", "xterm"}}), LogFormat::kColoured);
  EXPECT_EQ(format_for(terminal, {{"TERM", "dumb"}}), LogFormat::kText);
  EXPECT_EQ(format_for(terminal, {{"NO_COLOR", "1"}}), LogFormat::kText);
  ::close(terminal);
}

}  // namespace
}  // namespace vaettir::observe
