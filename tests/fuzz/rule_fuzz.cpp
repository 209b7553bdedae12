// The rule parser on any text; what it accepts is matched both ways and explained. Input: the rule,
// then after a zero byte "host path query".
#include <cstdint>
#include <string>
#include <string_view>

#include "base/core/result.h"
#include "routes/table.h"

using namespace vaettir;
using namespace vaettir::routes;

namespace {

std::string_view take_word(std::string_view& rest) {
  std::string_view word = rest.substr(0, rest.find(' '));
  rest.remove_prefix(std::min(rest.size(), word.size() + 1));
  return word;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string_view all(reinterpret_cast<const char*>(data), size);
  std::string_view text = all.substr(0, all.find('\0'));
  std::string_view rest = text.size() < all.size() ? all.substr(text.size() + 1) : "";
  auto rule = Rule::parse(text);
  if (!rule) {
    CHECK(!rule.error().message.empty());
    CHECK(rule.error().offset <= text.size());
    return 0;
  }
  CHECK(rule->text() == text);

  TableData tables;
  tables.entry_points.resize(1);
  Route route;
  route.name = "a@file";
  route.rule = *rule;
  route.entry_points = {EntryPointId{0}};
  tables.routes.push_back(std::move(route));
  RouteTable table(std::move(tables));
  MatchRequest request{.host = take_word(rest), .method = "GET"};
  request.path = take_word(rest);
  request.query = take_word(rest);
  MatchScratch scratch;
  const Route* found = table.match(request, scratch);
  CHECK(found == table.scan(request, scratch));
  CHECK((found != nullptr) == table.candidates(request, scratch)[0].failure.empty());
  return 0;
}
