// The compiled matcher against a scan of all rules, over random tables and requests: 2,000 tables
// in a default run, 100,000 with VAETTIR_FULL=1.
#include <gtest/gtest.h>

#include <cstdlib>
#include <random>

#include "base/core/text.h"
#include "routes/table.h"

namespace vaettir::routes {
namespace {

constexpr int kTables = 2'000;
constexpr int kTablesInFull = 100'000;
constexpr int kRequests = 40;  // per table
constexpr std::size_t kMaxRoutes = 24;

class Generator {
 public:
  explicit Generator(std::uint32_t seed) : random_(seed) {}

  TableData table() {
    TableData data;
    for (const char* name : {"web", "websecure"}) {
      EntryPoint point;
      point.name = name;
      point.tls = data.entry_points.size() == 1 && chance(50);
      data.entry_points.push_back(std::move(point));
    }
    std::size_t count = 1 + number(kMaxRoutes);
    for (std::size_t i = 0; i < count; i++) data.routes.push_back(route(i));
    return data;
  }

  std::string host() {
    static const std::vector<std::string> kHosts = {"a.org",     "b.org", "x.a.org",      "y.a.org",
                                                    "x.y.a.org", "A.org", "x.a.org:8443", "a.org.",
                                                    "",          "org",   "[::1]:80"};
    return pick(kHosts);
  }
  std::string path() {
    static const std::vector<std::string> kParts = {"/",   "a",  "b", "ab", "/a",   "%61",
                                                    "%2F", "..", ".", "//", "/api", "-x"};
    std::string out = "/";
    for (std::size_t i = number(5); i > 0; i--) out += pick(kParts);
    return out;
  }
  std::string query() { return pick(std::vector<std::string>{"", "q=1", "q=2&r=", "r", "q=%31"}); }
  std::string method() { return pick(std::vector<std::string>{"GET", "POST", "DELETE"}); }
  IpAddress client() { return IpAddress::v4({10, 0, static_cast<std::uint8_t>(number(2)), 1}); }
  bool chance(std::uint32_t percent) { return number(100) < percent; }
  std::size_t number(std::size_t below) {
    return std::uniform_int_distribution<std::size_t>(0, below - 1)(random_);
  }

 private:
  template <class T>
  const T& pick(const std::vector<T>& from) {
    return from[number(from.size())];
  }

  Route route(std::size_t i) {
    Route route;
    route.provider = static_cast<Provider>(number(4));
    route.name = fmt::format("r{}@{}", i, name(route.provider));
    std::string text = rule(3);
    auto parsed = Rule::parse(text);
    EXPECT_TRUE(parsed) << text;
    if (parsed) route.rule = *std::move(parsed);
    route.priority =
        chance(50) ? static_cast<std::int64_t>(number(4)) : static_cast<std::int64_t>(text.size());
    for (std::uint32_t point : {0U, 1U}) {
      if (chance(70)) route.entry_points.push_back(EntryPointId{point});
    }
    if (chance(30)) route.tls.emplace();
    return route;
  }

  std::string rule(int depth) {
    std::size_t kind = depth == 0 ? 9 : number(10);
    if (kind < 3) return fmt::format("{} && {}", rule(depth - 1), rule(depth - 1));
    if (kind < 5) return fmt::format("({} || {})", rule(depth - 1), rule(depth - 1));
    if (kind < 6) return fmt::format("!({})", rule(depth - 1));
    return matcher();
  }
  std::string matcher() {
    static const std::vector<std::string> kHosts = {
        "Host(`a.org`)",   "Host(`b.org`)",     "Host(`*.a.org`)", "Host(`**.a.org`)",
        "Host(`x.a.org`)", "Host(`*.y.a.org`)", "Host(`*`)",       "HostRegexp(`^x`)"};
    static const std::vector<std::string> kPaths = {
        "Path(`/`)",        "Path(`/a`)",        "Path(`/ab`)",       "PathPrefix(`/`)",
        "PathPrefix(`/a`)", "PathPrefix(`/a/`)", "PathPrefix(`/ab`)", "PathPrefix(`/api`)",
        "PathRegexp(`b$`)", "Path(`/a/b`)"};
    static const std::vector<std::string> kOthers = {
        "Method(`GET`)", "!Method(`POST`)",         "Query(`q`, `1`)",
        "Query(`r`)",    "ClientIP(`10.0.1.0/24`)", "Header(`X-A`, `1`)"};
    std::size_t kind = number(10);
    return kind < 5 ? pick(kHosts) : kind < 9 ? pick(kPaths) : pick(kOthers);
  }

  std::mt19937 random_;
};

// What DESIGN says, without any of the table's own order: the matching route that nothing beats.
const Route* by_definition(const RouteTable& table, const MatchRequest& request) {
  auto beats = [](const Route& a, const Route& b) {
    if (a.priority != b.priority) return a.priority > b.priority;
    if (a.provider != b.provider) return a.provider < b.provider;
    return a.name < b.name;
  };
  std::string host, path;
  RuleInput input{.host = canonical_host(request.host, host),
                  .path = routing_path(request.path, true, path),
                  .method = request.method,
                  .query = request.query,
                  .client = request.client};
  const Route* best = nullptr;
  for (const Route& each : table.routes()) {
    bool here = std::find(each.entry_points.begin(), each.entry_points.end(),
                          request.entry_point) != each.entry_points.end();
    bool tls = each.tls.has_value() || table[request.entry_point].tls;
    if (!here || tls != request.tls || !each.rule.matches(input)) continue;
    if (best == nullptr || beats(each, *best)) best = &each;
  }
  return best;
}

TEST(CompiledMatcher, ChoosesWhatAScanOfAllRulesChooses) {
  int tables = std::getenv("VAETTIR_FULL") != nullptr ? kTablesInFull : kTables;
  MatchScratch scratch;
  std::size_t matched = 0;
  for (int i = 0; i < tables; i++) {
    Generator generator(static_cast<std::uint32_t>(i));
    RouteTable table(generator.table());
    for (int k = 0; k < kRequests; k++) {
      std::string host = generator.host(), path = generator.path(), query = generator.query(),
                  method = generator.method();
      MatchRequest request{.entry_point = EntryPointId{generator.chance(50) ? 1U : 0U},
                           .tls = generator.chance(50),
                           .host = host,
                           .method = method,
                           .path = path,
                           .query = query,
                           .client = generator.client()};
      const Route* compiled = table.match(request, scratch);
      const Route* expected = by_definition(table, request);
      ASSERT_EQ(compiled, expected)
          << "table " << i << ": " << method << " " << host << " " << path << "?" << query
          << "\ncompiled: " << (compiled == nullptr ? "none" : compiled->rule.text())
          << "\nexpected: " << (expected == nullptr ? "none" : expected->rule.text());
      ASSERT_EQ(table.scan(request, scratch), expected);
      if (compiled != nullptr) matched++;
    }
  }
  // The vocabulary is such that both outcomes are common; otherwise this test would prove little.
  EXPECT_GT(matched, static_cast<std::size_t>(tables) * kRequests / 10);
  EXPECT_LT(matched, static_cast<std::size_t>(tables) * kRequests * 9 / 10);
}

TEST(CompiledMatcher, ExplainsTheRouteItChooses) {
  MatchScratch scratch;
  for (int i = 0; i < 200; i++) {
    Generator generator(static_cast<std::uint32_t>(i) + 1'000'000);
    RouteTable table(generator.table());
    for (int k = 0; k < 10; k++) {
      std::string host = generator.host(), path = generator.path();
      MatchRequest request{.host = host, .method = "GET", .path = path};
      const Route* chosen = table.match(request, scratch);
      const Route* first = nullptr;
      for (const RouteTable::Candidate& each : table.candidates(request, scratch)) {
        if (each.failure.empty() && first == nullptr) first = each.route;
      }
      ASSERT_EQ(first, chosen);
    }
  }
}

}  // namespace
}  // namespace vaettir::routes
