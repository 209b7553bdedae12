#include "routes/table.h"

#include <gtest/gtest.h>

#include <atomic>
#include <cstdlib>
#include <new>

// Counts allocations of this program, for the one property that cannot be seen otherwise.
namespace {
std::atomic<std::size_t> allocations = 0;
}
void* operator new(std::size_t size) {
  allocations++;
  if (void* memory = std::malloc(size == 0 ? 1 : size)) return memory;
  std::abort();
}
void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }

namespace vaettir::routes {
namespace {

Route route(std::string name, std::string_view rule, std::vector<EntryPointId> points,
            std::int64_t priority = 0) {
  Route route;
  route.name = std::move(name);
  route.rule = *Rule::parse(rule);
  route.priority = priority != 0 ? priority : static_cast<std::int64_t>(rule.size());
  route.entry_points = std::move(points);
  return route;
}

TableData two_points() {
  TableData data;
  data.entry_points.resize(2);
  data.entry_points[0].name = "web";
  data.entry_points[1].name = "websecure";
  data.entry_points[1].tls = true;
  return data;
}

constexpr EntryPointId kWeb{0};
constexpr EntryPointId kSecure{1};

TEST(RouteTable, SortsByPriorityProviderAndName) {
  TableData data = two_points();
  data.routes.push_back(route("b@file", "Host(`a`)", {kWeb}));
  data.routes.push_back(route("a@file", "Host(`a`)", {kWeb}));
  data.routes.push_back(route("z@docker", "Host(`a`)", {kWeb}));
  data.routes.back().provider = Provider::kDocker;
  data.routes.push_back(route("z@internal", "Host(`a`)", {kWeb}));
  data.routes.back().provider = Provider::kInternal;
  data.routes.push_back(route("t@target", "Host(`a`)", {kWeb}));
  data.routes.back().provider = Provider::kTarget;
  data.routes.push_back(route("low@file", "Host(`longer.example.org`)", {kWeb}, -1));
  data.routes.push_back(route("high@file", "Host(`a`)", {kWeb}, 1000));
  RouteTable table(std::move(data));
  std::vector<std::string> names;
  for (const Route& each : table.routes()) names.push_back(each.name);
  EXPECT_EQ(names, (std::vector<std::string>{"high@file", "z@internal", "z@docker", "a@file",
                                             "b@file", "t@target", "low@file"}));
}

TEST(RouteTable, ExtremePrioritiesDoNotOverflow) {
  TableData data = two_points();
  data.routes.push_back(route("min@file", "Host(`a`)", {kWeb}, INT64_MIN));
  data.routes.push_back(route("max@file", "Host(`a`)", {kWeb}, INT64_MAX));
  RouteTable table(std::move(data));
  EXPECT_EQ(table.routes()[0].name, "max@file");
}

TEST(RouteTable, TlsAndPlainRoutesAreSeparate) {
  TableData data = two_points();
  data.routes.push_back(route("plain@file", "Host(`a`)", {kWeb, kSecure}));
  data.routes.push_back(route("tls@file", "Host(`a`)", {kWeb}));
  data.routes.back().tls.emplace();
  RouteTable table(std::move(data));
  MatchScratch scratch;
  auto chosen = [&](EntryPointId point, bool tls) {
    const Route* found = table.match(
        {.entry_point = point, .tls = tls, .host = "a", .method = "GET", .path = "/"}, scratch);
    return found == nullptr ? std::string() : found->name;
  };
  EXPECT_EQ(chosen(kWeb, false), "plain@file");
  EXPECT_EQ(chosen(kWeb, true), "tls@file");
  EXPECT_EQ(chosen(kSecure, true), "plain@file");
  EXPECT_EQ(chosen(kSecure, false), "");
  EXPECT_TRUE(table.serves_tls(kWeb));
  EXPECT_TRUE(table.serves_plain(kWeb));
  EXPECT_FALSE(table.serves_plain(kSecure));
}

TEST(RouteTable, DisabledRoutesWinLikeOthers) {
  TableData data = two_points();
  data.routes.push_back(route("off@file", "Host(`a`) && PathPrefix(`/x`)", {kWeb}));
  data.routes.back().disabled = "service 'x' does not exist";
  data.routes.push_back(route("on@file", "Host(`a`)", {kWeb}));
  RouteTable table(std::move(data));
  MatchScratch scratch;
  EXPECT_EQ(table.match({.host = "a", .method = "GET", .path = "/x"}, scratch)->name, "off@file");
}

TEST(RouteTable, ChainPutsTheEntryPointFirstExceptForRedirects) {
  TableData data = two_points();
  data.middlewares.resize(2);
  data.entry_points[0].middlewares = {MiddlewareId{1}};
  data.routes.push_back(route("a@file", "Host(`a`)", {kWeb}));
  data.routes.back().middlewares = {MiddlewareId{0}};
  data.routes.push_back(route("r@internal", "Host(`*`)", {kWeb}));
  data.routes.back().redirect = true;
  RouteTable table(std::move(data));
  EXPECT_EQ(table.chain(table.routes()[0], kWeb),
            (std::vector<MiddlewareId>{MiddlewareId{1}, MiddlewareId{0}}));
  EXPECT_TRUE(table.chain(table.routes()[1], kWeb).empty());
}

TEST(RouteTable, TlsNamesComeFromDomainsOrRules) {
  TableData data = two_points();
  data.entry_points[1].cert_resolver = "le";
  data.routes.push_back(route("a@file", "Host(`a.org`) || Host(`*.b.org`)", {kWeb, kSecure}));
  data.routes.push_back(route("b@file", "Host(`c.org`)", {kWeb}));
  data.routes.push_back(route("c@file", "Host(`d.org`)", {kWeb}));
  data.routes.back().tls = RouteTls{"own", {"e.org", "a.org"}};
  RouteTable table(std::move(data));
  std::vector<std::string> names;
  for (const TlsName& each : table.tls_names()) {
    names.push_back(each.name + " " + each.cert_resolver);
  }
  EXPECT_EQ(names, (std::vector<std::string>{"a.org le", "*.b.org le", "e.org own"}));
}

TEST(RouteTable, ThousandHostsAreFoundDirectly) {
  TableData data = two_points();
  for (int i = 0; i < 1000; i++) {
    data.routes.push_back(
        route(fmt::format("r{}@file", i), fmt::format("Host(`h{}.example.org`)", i), {kWeb}));
  }
  RouteTable table(std::move(data));
  MatchScratch scratch;
  EXPECT_EQ(table.match({.host = "h777.example.org", .method = "GET", .path = "/"}, scratch)->name,
            "r777@file");
  EXPECT_EQ(scratch.lists.size(), 1U);
}

TEST(RouteTable, MatchingDoesNotAllocate) {
  TableData data = two_points();
  data.routes.push_back(route("a@file", "Host(`a.example.org`) && PathPrefix(`/app/`)", {kWeb}));
  data.routes.push_back(route("b@file", "HostRegexp(`^b\\.`) && Query(`q`, `1 2`)", {kWeb}));
  data.routes.push_back(route("c@file", "PathPrefix(`/`)", {kWeb}));
  RouteTable table(std::move(data));
  MatchScratch scratch;
  auto three = [&] {
    const Route* a = table.match(
        {.host = "A.Example.org:8080", .method = "GET", .path = "/x/../%61pp/long/path/to/it"},
        scratch);
    const Route* b = table.match(
        {.host = "b.example.org", .method = "GET", .path = "/", .query = "x=0&q=1%202"}, scratch);
    const Route* c = table.match({.host = "c", .method = "GET", .path = "/app/"}, scratch);
    return a == &table.routes()[0] && b == &table.routes()[1] && c == &table.routes()[2];
  };
  ASSERT_TRUE(three());
  std::size_t before = allocations;
  bool same = three();
  std::size_t after = allocations;
  EXPECT_TRUE(same);
  EXPECT_EQ(after - before, 0U);
}

}  // namespace
}  // namespace vaettir::routes
