// Configuration that changes while requests run: nothing is mixed, nothing is lost, mistakes change
// nothing.
#include <gtest/gtest.h>

#include "gateway/middleware/catalog.h"
#include "gateway/providers/last_good.h"
#include "gateway/providers/whole.h"
#include "tests/unit/gateway/kit/house.h"
#include "tests/unit/gateway/kit/origin.h"

namespace vaettir::gateway {
namespace {

using namespace kit;

constexpr const char* kMain = R"yml(
entryPoints: { web: { address: "127.0.0.1:0" } }
providers: { file: { directory: routes } }
)yml";

std::string marked(std::string_view url, int generation, std::string_view prefix = "/") {
  return fmt::format(R"yml(
http:
  routers: {{ all{2}: {{ rule: "PathPrefix(`{3}`)", service: origin{2}, middlewares: [mark{2}] }} }}
  services: {{ origin{2}: {{ loadBalancer: {{ servers: [ {{ url: "{0}" }} ] }} }} }}
  middlewares:
    mark{2}: {{ headers: {{ customResponseHeaders: {{ X-Generation: "{1}" }} }} }}
)yml",
                     url, generation, prefix == "/" ? "" : "-more", prefix);
}

HouseOptions house_of(std::string routes) {
  return {.config = kMain, .files = {{"routes/all.yml", std::move(routes)}}, .loops = 2};
}

TEST(Reload, TheNextRequestOfAnOpenConnectionTakesTheNewGeneration) {
  Origin origin;
  House house(house_of(marked(origin.url(), 0)));
  Wire wire = house.connect();
  for (int generation = 1; generation <= 30; generation++) {
    house.write("routes/all.yml", marked(origin.url(), generation));
    const Message done = house.admin("POST", "/api/reload");
    ASSERT_EQ(done.status(), 200) << done.body;
    EXPECT_EQ(wire.ask(request("GET", "/", "h")).field("X-Generation"), std::to_string(generation));
    EXPECT_EQ(house.get("/").field("X-Generation"), std::to_string(generation));
  }
  EXPECT_EQ(origin.connections() <= 2, true) << "connections to services outlive reloads";
  EXPECT_LE(house.metric("vaettir_route_tables"), 1);
}

TEST(Reload, ARunningExchangeKeepsItsPlan) {
  std::atomic<bool> open = false;
  Origin origin([&](const Message&, Wire& wire) {
    EXPECT_TRUE(eventually([&] { return open.load(); }));
    wire.send(response(200, "ok"));
    return true;
  });
  House house(house_of(marked(origin.url(), 1)));
  Wire wire = house.connect();
  wire.send(request("GET", "/", "h"));
  ASSERT_TRUE(eventually([&] { return origin.requests().size() == 1; }));
  for (int generation = 2; generation < 6; generation++) {
    house.write("routes/all.yml", marked(origin.url(), generation));
    ASSERT_EQ(house.admin("POST", "/api/reload").status(), 200);
  }
  EXPECT_EQ(house.metric("vaettir_route_tables"), 2);
  open = true;
  EXPECT_EQ(wire.read()->field("X-Generation"), "1");
  EXPECT_EQ(wire.ask(request("GET", "/", "h")).field("X-Generation"), "5");
  EXPECT_TRUE(eventually([&] { return house.metric("vaettir_route_tables") == 1; }));
}

TEST(Reload, FilesAreFollowed) {
  Origin origin;
  House house(house_of(marked(origin.url(), 0)));
  house.write("routes/all.yml", marked(origin.url(), 1));
  EXPECT_TRUE(eventually([&] { return house.get("/").field("X-Generation") == "1"; }));
  house.write("routes/deep/more.yml", marked(origin.url(), 2, "/more"));
  EXPECT_TRUE(eventually([&] { return house.get("/more").field("X-Generation") == "2"; }));
  std::filesystem::remove(house.folder() / "routes/deep/more.yml");
  EXPECT_TRUE(eventually([&] { return house.get("/more").field("X-Generation") == "1"; }));
}

TEST(Reload, ABrokenFileFallsBackAndTheOthersAreTaken) {
  Origin origin;
  House house(house_of(marked(origin.url(), 1)));
  house.write("routes/all.yml", "http: { routers: { broken: [\n");
  house.write("routes/more.yml", marked(origin.url(), 7, "/more"));
  const json::Value done = house.admin_json("POST", "/api/reload");
  EXPECT_TRUE(done["applied"].boolean_or(false));
  ASSERT_EQ(done["fallen_back"].size(), 1);
  EXPECT_NE(done["fallen_back"][0].string_or("").find("all.yml"), std::string_view::npos);
  EXPECT_GE(done["diagnostics"].size(), 1);
  EXPECT_EQ(house.get("/").field("X-Generation"), "1");
  EXPECT_EQ(house.get("/more").field("X-Generation"), "7");
  EXPECT_TRUE(house.log().holds("all.yml"));
}

TEST(Reload, TheLastGoodVersionOutlivesARestart) {
  Origin origin;
  char pattern[] = "/tmp/vaettir-data-XXXXXX";
  const std::filesystem::path data = ::mkdtemp(pattern);
  std::string name;
  HouseOptions options = house_of(marked(origin.url(), 1));
  options.data = data;
  std::filesystem::path folder;
  {
    House house(options);
    EXPECT_EQ(house.get("/").field("X-Generation"), "1");
    folder = house.folder();
    house.write("routes/all.yml", "nonsense: [");
  }
  // The same paths again: last good versions are kept by name.
  const LastGood kept(data / "last-good");
  const auto good = kept.text((folder / "routes/all.yml").string());
  ASSERT_TRUE(good);
  EXPECT_EQ(*good, marked(origin.url(), 1));
  std::filesystem::remove_all(data);
}

TEST(Reload, ABrokenMainFileChangesNothingOrFallsBack) {
  Origin origin;
  House house({.config = proxy_to(origin.url())});
  house.write("vaettir.yml", "entryPoints: [");
  const json::Value done = house.admin_json("POST", "/api/reload");
  EXPECT_TRUE(done["applied"].boolean_or(false));
  EXPECT_EQ(done["fallen_back"].size(), 1);
  EXPECT_EQ(house.get("/").status(), 200);
}

TEST(Reload, ABrokenMainFileRefusesTheFirstStart) {
  EXPECT_THROW(House({.config = "entryPoints: ["}), std::runtime_error);
}

class WholeTest : public testing::Test {
 protected:
  Whole load(std::vector<routes::SourceFile> files, const GoodTexts& good = {}) {
    return load_whole({.files = std::move(files),
                       .environment = environment_,
                       .middlewares = catalog_,
                       .targets = {},
                       .overrides = {}},
                      {}, good);
  }
  static routes::SourceFile main(std::string text) {
    return {"main.yml", std::move(text), routes::SourceFile::Role::kMain};
  }
  static routes::SourceFile route(std::string name, std::string text) {
    return {std::move(name), std::move(text), routes::SourceFile::Role::kRoutes};
  }
  Environment environment_;
  schema::Catalog catalog_ = middleware_catalog();
};

constexpr const char* kService =
    "http: {{ routers: {{ {0}: {{ rule: \"Host(`{0}`)\", service: {0} }} }}, services: {{ {0}: {{ "
    "loadBalancer: {{ servers: [ {{ url: \"http://127.0.0.1:1\" }} ] }} }} }} }}";

TEST_F(WholeTest, ABrokenRouteFileIsLeftOut) {
  const Whole whole = load(
      {main(""), route("a.yml", fmt::format(fmt::runtime(kService), "a")), route("b.yml", "[")});
  ASSERT_NE(whole.table, nullptr);
  EXPECT_EQ(whole.left_out, std::vector<std::string>{"b.yml"});
  EXPECT_TRUE(whole.report.has_errors());
  EXPECT_EQ(whole.in_force.size(), 2);
}

TEST_F(WholeTest, ANameTakenTwiceBlamesTheLaterFile) {
  const std::string same = fmt::format(fmt::runtime(kService), "a");
  const Whole whole = load({main(""), route("a.yml", same), route("b.yml", same)});
  ASSERT_NE(whole.table, nullptr);
  EXPECT_EQ(whole.left_out, std::vector<std::string>{"b.yml"});
}

TEST_F(WholeTest, AGoodVersionThatNoLongerFitsIsLeftOutToo) {
  const std::string same = fmt::format(fmt::runtime(kService), "a");
  const Whole whole = load({main(""), route("a.yml", same), route("b.yml", "[")},
                           {{"b.yml", same}, {"a.yml", same}});
  ASSERT_NE(whole.table, nullptr);
  EXPECT_EQ(whole.left_out, std::vector<std::string>{"b.yml"});
  EXPECT_TRUE(whole.fallen_back.empty());
}

TEST_F(WholeTest, ABrokenMainFileWithoutAGoodOneFailsTheWhole) {
  EXPECT_EQ(load({main("[")}).table, nullptr);
  const Whole whole = load({main("[")}, {{"main.yml", ""}});
  EXPECT_NE(whole.table, nullptr);
  EXPECT_EQ(whole.fallen_back, std::vector<std::string>{"main.yml"});
}

}  // namespace
}  // namespace vaettir::gateway
