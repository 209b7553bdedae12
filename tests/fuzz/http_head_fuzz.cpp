// Heads of requests and responses: the parser must neither fail on any bytes nor depend on how they
// arrive. The first byte chooses where the rest is split and which parser reads it.
#include <cstdint>
#include <cstdlib>

#include "base/http/arena.h"
#include "base/http/h1_parser.h"
#include "base/http/target.h"

namespace {

using namespace vaettir::http;

void require(bool condition) {
  if (!condition) std::abort();
}

void same(const Headers& a, const Headers& b) {
  require(a.size() == b.size());
  for (std::size_t i = 0; i < a.size(); i++) {
    require(a.fields()[i].name == b.fields()[i].name);
    require(a.fields()[i].value == b.fields()[i].value);
    require(is_field_name(a.fields()[i].name) && is_field_value(a.fields()[i].value));
  }
}

void read_request(std::string_view bytes, std::size_t cut) {
  const Limits limits;
  RequestParser whole(limits);
  RequestParser split(limits);
  Request request;
  Request in_two;
  const Parsed parsed = whole.parse(bytes, request);
  const std::string first(bytes.substr(0, cut));
  Parsed again = split.parse(first, in_two);
  if (again == Parsed::kMore) again = split.parse(bytes, in_two);
  if (again == Parsed::kDone && first.size() >= split.length()) {
    require(parsed == again);  // the memory of `first` ends here; the views are compared below
  }
  require(parsed == again);
  if (parsed != Parsed::kDone) return;
  require(whole.length() == split.length() && whole.length() <= bytes.size());
  require(request.method == in_two.method && request.target == in_two.target);
  require(request.path == in_two.path && request.query == in_two.query);
  require(request.authority == in_two.authority && request.host == in_two.host);
  require(whole.framing().kind == split.framing().kind);
  require(whole.framing().length == split.framing().length);
  require(!request.path.empty() && !request.method.empty());
  same(request.headers, in_two.headers);
  Arena arena;
  whole.move_to(arena.copy(bytes.substr(0, whole.length())).data(), request);
  lower_host(request, arena);
  require(request.target == in_two.target);
  same(request.headers, in_two.headers);
}

void read_response(std::string_view bytes, std::size_t cut) {
  const Limits limits;
  const std::string_view method = cut % 2 == 0 ? "GET" : "HEAD";
  ResponseParser whole(limits, method);
  ResponseParser split(limits, method);
  ResponseHead response;
  ResponseHead in_two;
  const Parsed parsed = whole.parse(bytes, response);
  const std::string first(bytes.substr(0, cut));
  Parsed again = split.parse(first, in_two);
  if (again == Parsed::kMore) again = split.parse(bytes, in_two);
  require(parsed == again);
  if (parsed != Parsed::kDone) return;
  require(whole.length() == split.length() && response.status == in_two.status);
  require(whole.framing().kind == split.framing().kind);
  same(response.headers, in_two.headers);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 2) return 0;
  const std::string_view bytes(reinterpret_cast<const char*>(data) + 2, size - 2);
  const std::size_t cut = std::min<std::size_t>(bytes.size(), data[0] * 256u + data[1]);
  if (bytes.starts_with("HTTP")) {
    read_response(bytes, cut);
  } else {
    read_request(bytes, cut);
  }
  return 0;
}
