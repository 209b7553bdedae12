#include "acme/local_name.h"

#include <array>

#include "base/net/address.h"

namespace vaettir::acme {
namespace {

constexpr std::array<std::string_view, 4> kLocalDomains = {"localhost", "test", "internal",
                                                           "home.arpa"};

bool is_in_domain(std::string_view name, std::string_view domain) {
  if (!name.ends_with(domain)) return false;
  return name.size() == domain.size() || name[name.size() - domain.size() - 1] == '.';
}

}  // namespace

bool is_local_name(std::string_view name) {
  for (std::string_view domain : kLocalDomains) {
    if (is_in_domain(name, domain)) return true;
  }
  const auto address = net::Address::parse_host(name);
  return address && (address->is_loopback() || address->is_private());
}

}  // namespace vaettir::acme
