#include <openssl/crypto.h>
#include <openssl/rand.h>

#include "base/net/tls.h"

namespace vaettir::net {

TicketKeys::TicketKeys() { rotate(); }

TicketKeys::~TicketKeys() {
  for (Key& key : keys_) OPENSSL_cleanse(&key, sizeof key);
}

TicketKeys::Key TicketKeys::current() {
  const Clock::time_point now = Clock::now();
  const std::lock_guard held(lock_);
  if (now - keys_.front().issued >= kTicketLife) rotate_locked(now);
  return keys_.front();
}

std::optional<std::pair<TicketKeys::Key, bool>> TicketKeys::named(const unsigned char (&name)[16]) {
  const Clock::time_point now = Clock::now();
  const std::lock_guard held(lock_);
  for (const Key& key : keys_) {
    if (std::memcmp(key.name.data(), name, key.name.size()) != 0) continue;
    if (now - key.issued >= 2 * kTicketLife) return std::nullopt;
    return std::pair(key, &key != &keys_.front() || now - key.issued >= kTicketLife);
  }
  return std::nullopt;
}

void TicketKeys::rotate() {
  const std::lock_guard held(lock_);
  rotate_locked(Clock::now());
}

void TicketKeys::rotate_locked(Clock::time_point now) {
  Key key = {};
  key.issued = now;
  CHECK(RAND_bytes(key.name.data(), static_cast<int>(key.name.size())) == 1);
  CHECK(RAND_bytes(key.cipher.data(), static_cast<int>(key.cipher.size())) == 1);
  CHECK(RAND_bytes(key.mac.data(), static_cast<int>(key.mac.size())) == 1);
  keys_.insert(keys_.begin(), key);
  while (keys_.size() > 2) {
    OPENSSL_cleanse(&keys_.back(), sizeof(Key));
    keys_.pop_back();
  }
}

}  // namespace vaettir::net
