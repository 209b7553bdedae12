// load(): what check's golden files cannot show.
#include "routes/load.h"

#include <gtest/gtest.h>

#include "tests/unit/routes/test_catalog.h"

namespace vaettir::routes {
namespace {

LoadResult loaded(std::vector<SourceFile> files, const Environment& environment = {},
                  Overrides overrides = {}) {
  static const schema::Catalog catalog = test_catalog();
  return load({std::move(files), environment, catalog, targets_from_environment(environment),
               std::move(overrides)});
}
SourceFile main_file(std::string text) {
  return {"vaettir.yml", std::move(text), SourceFile::Role::kMain};
}
SourceFile route_file(std::string name, std::string text) {
  return {std::move(name), std::move(text), SourceFile::Role::kRoutes};
}
const Route* find(const RouteTable& table, std::string_view name) {
  for (const Route& each : table.routes()) {
    if (each.name == name) return &each;
  }
  return nullptr;
}

TEST(Load, WithoutFilesEverythingIsBuiltIn) {
  LoadResult result = loaded({});
  ASSERT_TRUE(result.table);
  const RouteTable& table = *result.table;
  EXPECT_EQ(result.report.render(), "");
  EXPECT_EQ(table[*table.entry_point_named("web")].address.text(), "127.0.0.1:8080");
  EXPECT_EQ(table[*table.entry_point_named("websecure")].address.text(), "127.0.0.1:8443");
  EXPECT_EQ(table[*table.entry_point_named("console")].address.text(), "127.0.0.1:5678");
  EXPECT_TRUE(find(table, "engine@internal"));
  EXPECT_TRUE(find(table, "console@internal"));
  EXPECT_EQ(find(table, "web-to-websecure@internal")->priority, INT64_MAX - 1);
  EXPECT_EQ(table.data().domain, "localhost");
}

TEST(Load, PublicBindsEightyAndFourFourThreeAndNothingElse) {
  LoadResult result = loaded({}, {}, {.is_public = true});
  ASSERT_TRUE(result.table);
  std::vector<std::string> addresses;
  for (const EntryPoint& each : result.table->entry_points()) {
    addresses.push_back(each.address.text());
  }
  EXPECT_EQ(addresses, (std::vector<std::string>{":80", ":443"}));
}

TEST(Load, AConfiguredAddressOrAFlagWinsOverPublic) {
  LoadResult result = loaded({main_file("entryPoints: { web: { address: ':8000' } }")}, {},
                             {.console = "127.0.0.1:1234", .is_public = true});
  ASSERT_TRUE(result.table);
  EXPECT_EQ(result.table->entry_points()[0].address.text(), ":8000");
  EXPECT_EQ(result.table->entry_points()[1].address.text(), "127.0.0.1:1234");
}

TEST(Load, OnlyTheBrokenFileIsBroken) {
  LoadResult result = loaded({route_file("a.yml", "http: { routers: { a: { rule: x } } }"),
                              route_file("b.yml", "http: {}")});
  EXPECT_FALSE(result.table);
  EXPECT_TRUE(result.report.broken(0));
  EXPECT_FALSE(result.report.broken(1));
}

TEST(Load, SourcesKeepTheOrderOfTheInput) {
  LoadResult result = loaded({route_file("z.yml", "x: 1"), route_file("a.yml", "http: {}")});
  EXPECT_TRUE(result.report.broken(0));
  EXPECT_EQ(result.report.source_name(0), "z.yml");
}

TEST(Load, TheLaterSortingFileOfTwoIsToBlame) {
  std::string text = "http: { routers: { a: { rule: \"Host(`a`)\", service: noop@internal } } }";
  LoadResult result = loaded({route_file("z.yml", text), route_file("a.yml", text)});
  EXPECT_TRUE(result.report.broken(0));
  EXPECT_FALSE(result.report.broken(1));
}

TEST(Load, AMissingReferenceDisablesAndLoads) {
  LoadResult result = loaded({route_file(
      "a.yml",
      "http: { routers: { a: { rule: \"Host(`a`)\", service: no, middlewares: [x] } } }")});
  ASSERT_TRUE(result.table);
  EXPECT_TRUE(result.report.has_errors());
  const Route* route = find(*result.table, "a@file");
  ASSERT_TRUE(route);
  EXPECT_EQ(route->disabled, "middleware 'x' does not exist\nservice 'no' does not exist");
  EXPECT_FALSE(route->service);
}

TEST(Load, TargetsComeFromTheEnvironment) {
  LoadResult result = loaded({}, {{"MY_API_TARGET_URL", "http://127.0.0.1:1"},
                                  {"UNSET_TARGET_URL", ""},
                                  {"_TARGET_URL", "http://x"}});
  ASSERT_TRUE(result.table);
  ASSERT_EQ(result.table->targets().size(), 1U);
  const Target* target = result.table->target_named("my-api");
  ASSERT_TRUE(target);
  EXPECT_EQ(target->source, "environment");
  EXPECT_EQ(target->known_url, "http://127.0.0.1:1");
  const Route* route = find(*result.table, "my-api@target");
  ASSERT_TRUE(route);
  EXPECT_EQ(route->rule.text(), "Host(`my-api.localhost`)");
  ASSERT_EQ(route->entry_points.size(), 1U);
  EXPECT_EQ((*result.table)[route->entry_points[0]].name, "websecure");
}

TEST(Load, NoPublicRouterWhereOneIsConfigured) {
  Environment environment = {{"A_TARGET_URL", "http://h:1"},
                             {"B_TARGET_URL", "http://h:2"},
                             {"C_TARGET_URL", "http://h:3"},
                             {"D_TARGET_URL", "http://h:4"}};
  LoadResult result = loaded({main_file("domain: example.org\n"
                                        "targets: { c: { public: false } }\n"
                                        "http:\n"
                                        "  routers:\n"
                                        "    x: { rule: \"Path(`/a`)\", service: a@target }\n"
                                        "    y: { rule: \"Host(`b.example.org`)\", service: "
                                        "noop@internal }\n")},
                             environment);
  ASSERT_TRUE(result.table) << result.report.render();
  EXPECT_FALSE(find(*result.table, "a@target"));
  EXPECT_FALSE(find(*result.table, "b@target"));
  EXPECT_FALSE(find(*result.table, "c@target"));
  EXPECT_TRUE(find(*result.table, "d@target"));
}

TEST(Load, ATargetsMiddlewareThatIsMissingDisablesItsPublicName) {
  LoadResult result = loaded({main_file("targets: { a: { url: 'http://h', middlewares: [no] } }")});
  ASSERT_TRUE(result.table);
  EXPECT_EQ(find(*result.table, "a@target")->disabled, "middleware 'no' does not exist");
}

TEST(Load, HashesStayWhileSettingsStay) {
  auto hash = [](const std::string& url) {
    LoadResult result = loaded({main_file(
        "http: { services: { s: { loadBalancer: { servers: [{ url: '" + url + "' }] } } } }")});
    for (const Service& each : result.table->services()) {
      if (each.name == "s@file") return each.hash;
    }
    return std::uint64_t{0};
  };
  EXPECT_EQ(hash("http://a"), hash("http://a"));
  EXPECT_NE(hash("http://a"), hash("http://b"));
}

TEST(Load, ChainsAreTakenApart) {
  LoadResult result = loaded({main_file(
      "http:\n"
      "  routers: { a: { rule: \"Host(`a`)\", service: noop@internal, middlewares: [c, two] } }\n"
      "  middlewares:\n"
      "    c: { chain: { middlewares: [one, two] } }\n"
      "    one: { stripPrefix: { prefixes: [/1] } }\n"
      "    two: { stripPrefix: { prefixes: [/2] } }\n")});
  ASSERT_TRUE(result.table) << result.report.render();
  std::vector<std::string> names;
  for (MiddlewareId each : find(*result.table, "a@file")->middlewares) {
    names.push_back((*result.table)[each].name);
  }
  EXPECT_EQ(names, (std::vector<std::string>{"one@file", "two@file", "two@file"}));
}

TEST(Load, AsDefaultLimitsRoutersWithoutEntryPoints) {
  LoadResult result = loaded(
      {main_file("entryPoints: { a: { address: ':1' }, b: { address: ':2', asDefault: true } }\n"
                 "http: { routers: { r: { rule: \"Host(`a`)\", service: noop@internal } } }\n")});
  ASSERT_TRUE(result.table);
  const Route* route = find(*result.table, "r@file");
  ASSERT_EQ(route->entry_points.size(), 1U);
  EXPECT_EQ((*result.table)[route->entry_points[0]].name, "b");
}

TEST(Load, PriorityIsTheLengthOfTheRuleInBytes) {
  LoadResult result = loaded(
      {main_file("http: { routers: { a: { rule: \"Path(`/\xC3\xA9`)\", service: noop@internal },"
                 " b: { rule: \"Path(`/`)\", priority: -5, service: noop@internal } } }")});
  ASSERT_TRUE(result.table);
  EXPECT_EQ(find(*result.table, "a@file")->priority, 11);
  EXPECT_EQ(find(*result.table, "b@file")->priority, -5);
}

TEST(Load, LaterTableObjectsDoNotShareAnythingWithTheInput) {
  std::shared_ptr<const RouteTable> table;
  {
    LoadResult result = loaded(
        {main_file("http: { routers: { a: { rule: \"Host(`a`)\", service: noop@internal } } }")});
    table = result.table;
  }
  MatchScratch scratch;
  MatchRequest request{.host = "a", .method = "GET", .path = "/"};
  request.entry_point = *table->entry_point_named("websecure");
  request.tls = true;
  EXPECT_EQ(table->match(request, scratch)->name, "a@file");
}

TEST(FileProviderOutline, IsReadAheadOfEverything) {
  Environment environment = {{"DIR", "routes.d"}};
  auto found = file_provider(
      main_file("providers: { file: { directory: \"${DIR}\", watch: false } }\nbroken: 1\n"),
      environment);
  ASSERT_TRUE(found);
  EXPECT_EQ(found->directory, "routes.d");
  EXPECT_FALSE(found->watch);
  EXPECT_FALSE(file_provider(main_file("http: {}"), environment));
  EXPECT_FALSE(file_provider(main_file("providers: { file: {} }"), environment));
  EXPECT_FALSE(file_provider(main_file("{"), environment));
}

TEST(ConfigurationSchema, HoldsTheMiddlewaresOfTheCatalog) {
  json::Value schema = configuration_schema(test_catalog());
  const json::Value& http = schema["properties"]["http"]["properties"];
  EXPECT_TRUE(http["middlewares"]["additionalProperties"]["properties"].has("stripPrefix"));
  EXPECT_TRUE(http["routers"]["additionalProperties"]["properties"].has("rule"));
}

}  // namespace
}  // namespace vaettir::routes
