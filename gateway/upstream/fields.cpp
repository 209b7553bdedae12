#include "gateway/upstream/fields.h"

#include "base/core/text.h"
#include "gateway/upstream/forward.h"
#include "gateway/upstream/origins.h"

namespace vaettir::gateway {
namespace {

using http::Field;
using http::Headers;
using http::Name;

// Room for what we add, so that the list does not grow twice.
constexpr std::size_t kOurFields = 4;

bool is_of_answer_hop(const Field& field, std::uint16_t status) {
  switch (field.id) {
    case Name::kConnection:
    case Name::kKeepAlive:
    case Name::kProxyConnection:
    case Name::kProxyAuthenticate:
    case Name::kTransferEncoding:
    case Name::kContentLength:  // said anew from the body's length
      return true;
    case Name::kUpgrade:
      return status != 101 && status != 426;
    default:
      return false;
  }
}

}  // namespace

void request_fields(http::Exchange& ex, const Hop& hop, Headers& out) {
  const Headers& headers = ex.request.headers;
  const std::string& us = hop.origin.owner().shared().loop_name;
  out.reserve(headers.size() + kOurFields);
  out.add(Name::kHost, hop.host);
  std::string_view loop;
  for (const Field& field : headers.fields()) {
    switch (field.id) {
      case Name::kHost:
      case Name::kContentLength:
      case Name::kTransferEncoding:
      case Name::kConnection:
      case Name::kUpgrade:
        break;  // ours, or the connection's
      case Name::kOrigin:
        out.add(Name::kOrigin, hop.origin_field.empty() ? field.value : hop.origin_field);
        break;
      case Name::kCdnLoop:
        loop = loop.empty() ? field.value : ex.arena().join(loop, ", ", field.value);
        break;
      default:
        out.add(field);
    }
  }
  if (!hop.extra_name.empty()) out.set(hop.extra_name, hop.extra_value);
  out.add(Name::kCdnLoop, loop.empty() ? std::string_view(us) : ex.arena().join(loop, ", ", us));
}

void pass_answer_fields(const http::UpstreamResponse& answer, Headers& out) {
  const Headers& headers = answer.headers;
  const std::string_view connection = headers.find(Name::kConnection).value_or("");
  const bool lists_fields = !connection.empty() && !equal_ignoring_case(connection, "keep-alive") &&
                            !equal_ignoring_case(connection, "close") &&
                            !equal_ignoring_case(connection, "upgrade");
  out.reserve(headers.size() + kOurFields);
  for (const Field& field : headers.fields()) {
    if (is_of_answer_hop(field, answer.status)) continue;
    if (lists_fields && headers.lists(Name::kConnection, field.name)) continue;
    out.add(field);
  }
}

}  // namespace vaettir::gateway
