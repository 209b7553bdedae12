// Which names only this machine and its private networks can mean: those the local CA may vouch
// for, and no public CA would. Pure functions; names in lower case.
#pragma once
#include <string_view>

namespace vaettir::acme {

// localhost, test (RFC 6761), internal (reserved by ICANN in 2024), home.arpa (RFC 8375) and
// everything below them; private, loopback and unique-local addresses.
bool is_local_name(std::string_view name);

}  // namespace vaettir::acme
