// Objects of json.h: order of members, duplicates, search, and new objects made from old ones.
#include <algorithm>
#include <numeric>

#include "base/core/json_parts.h"

namespace vaettir::json {
namespace {

using detail::Counted;
using detail::kLinearMembers;
using Access = ValueAccess;

Member* members_of(Counted* part) { return reinterpret_cast<Member*>(part + 1); }
std::size_t count_of(const Counted* part) { return part->size / 2; }
std::uint32_t* index_of(Counted* part) {
  return reinterpret_cast<std::uint32_t*>(members_of(part) + count_of(part));
}

Counted* allocate_object(std::size_t count) {
  std::size_t index = count > kLinearMembers ? count * sizeof(std::uint32_t) : 0;
  return detail::allocate(count * sizeof(Member) + index, count * 2);
}

// Keys of up to 14 bytes are equal when their 16 bytes are: no call, no pointer to follow.
bool same_key(const Value& a, const Value& b) {
  if (Access::same_bits(a, b)) return true;
  return Access::is_shared(a) && Access::is_shared(b) && a.string() == b.string();
}

std::optional<std::uint32_t> array_index(std::string_view key) {
  constexpr std::uint64_t kMaxIndex = 4'294'967'294;  // ECMA-262 section 6.1.7
  if (key.empty() || key.size() > 10 || (key[0] == '0' && key.size() > 1)) return std::nullopt;
  std::uint64_t value = 0;
  for (char c : key) {
    if (c < '0' || c > '9') return std::nullopt;
    value = value * 10 + static_cast<std::uint64_t>(c - '0');
  }
  return value <= kMaxIndex ? std::optional(static_cast<std::uint32_t>(value)) : std::nullopt;
}

void put_indices_first(std::span<Member> members) {
  std::vector<std::pair<std::uint32_t, std::size_t>> indices;  // the number, the place
  for (std::size_t i = 0; i < members.size(); ++i) {
    if (auto index = array_index(members[i].key())) indices.emplace_back(*index, i);
  }
  if (indices.empty()) return;
  std::sort(indices.begin(), indices.end());
  std::vector<Member> ordered;
  ordered.reserve(members.size());
  for (auto [index, place] : indices) ordered.push_back(std::exchange(members[place], Member()));
  for (Member& member : members) {
    if (member.key_text.is_string()) ordered.push_back(std::move(member));
  }
  std::move(ordered.begin(), ordered.end(), members.begin());
}

void sort_by_key(std::span<const Member> members, std::span<std::uint32_t> index) {
  std::iota(index.begin(), index.end(), 0u);
  std::sort(index.begin(), index.end(), [&](std::uint32_t a, std::uint32_t b) {
    int order = members[a].key().compare(members[b].key());
    return order != 0 ? order < 0 : a < b;
  });
}

// Members whose key came before give it their value and are marked by an undefined key.
bool merge_duplicates(std::span<Member> members) {
  bool any = false;
  auto merge = [&](std::uint32_t first, std::uint32_t later) {
    members[first].value = std::move(members[later].value);
    members[later].key_text = Value();
    any = true;
  };
  if (members.size() <= kLinearMembers) {
    for (std::uint32_t later = 1; later < members.size(); ++later) {
      for (std::uint32_t first = 0; first < later; ++first) {
        if (same_key(members[first].key_text, members[later].key_text)) {
          merge(first, later);
          break;
        }
      }
    }
    return any;
  }
  std::vector<std::uint32_t> index(members.size());
  sort_by_key(members, index);
  for (std::size_t first = 0, i = 1; i < index.size(); ++i) {
    if (same_key(members[index[first]].key_text, members[index[i]].key_text)) {
      merge(index[first], index[i]);
    } else {
      first = i;
    }
  }
  return any;
}

Value seal(Counted* part) {
  std::size_t count = count_of(part);
  if (count > kLinearMembers) {
    sort_by_key({members_of(part), count}, {index_of(part), count});
  }
  return Access::adopt(Type::kObject, part);
}

const Member* find(const Value& object, std::string_view key) {
  std::span<const Member> members = object.members();
  if (members.size() > kLinearMembers) {
    std::span<const std::uint32_t> index(index_of(Access::shared(object)), members.size());
    auto at =
        std::ranges::lower_bound(index, key, {}, [&](std::uint32_t i) { return members[i].key(); });
    return at != index.end() && members[*at].key() == key ? &members[*at] : nullptr;
  }
  if (key.size() <= Access::kMaxInline) {
    const Value wanted = Access::inline_text(key);
    for (const Member& member : members) {
      if (Access::same_bits(member.key_text, wanted)) return &member;
    }
    return nullptr;
  }
  for (const Member& member : members) {
    if (Access::is_shared(member.key_text) && member.key() == key) return &member;
  }
  return nullptr;
}

std::span<const Member> members_or_none(const Value& value) {
  return value.is_object() ? value.members() : std::span<const Member>();
}

}  // namespace

Value detail::make_object(std::span<Member> members) {
  put_indices_first(members);
  std::size_t count = members.size();
  if (merge_duplicates(members)) {
    auto gone = [](const Member& member) { return member.key_text.is_undefined(); };
    auto end = std::remove_if(members.begin(), members.end(), gone);
    count = static_cast<std::size_t>(end - members.begin());
  }
  if (count == 0) return Access::empty(Type::kObject);
  Counted* part = allocate_object(count);
  std::uninitialized_move_n(members.begin(), count, members_of(part));
  return seal(part);
}

Value Value::object(std::vector<std::pair<std::string, Value>> members) {
  std::vector<Member> own;
  own.reserve(members.size());
  for (auto& [key, value] : members) own.push_back({Value(key), std::move(value)});
  return detail::make_object(own);
}

Value Value::object_of(std::vector<Member> members) { return detail::make_object(members); }

std::span<const Member> Value::members() const {
  assert(is_object());
  if (!is_shared()) return {};
  return {members_of(bits_.shared), count_of(bits_.shared)};
}

const Value& Value::operator[](std::string_view key) const {
  const Member* found = is_object() ? find(*this, key) : nullptr;
  return found ? found->value : detail::undefined_value();
}

bool Value::has(std::string_view key) const { return is_object() && find(*this, key) != nullptr; }

Value Value::with(std::string_view key, Value value) const {
  std::span<const Member> old = members_or_none(*this);
  const Member* found = is_object() ? find(*this, key) : nullptr;
  if (!found && array_index(key)) {
    std::vector<Member> all(old.begin(), old.end());
    all.push_back({Value(key), std::move(value)});
    return detail::make_object(all);
  }
  Counted* part = allocate_object(found ? old.size() : old.size() + 1);
  Member* to = members_of(part);
  for (const Member& member : old) {
    new (to++) Member{member.key_text, &member == found ? std::move(value) : member.value};
  }
  if (!found) new (to) Member{Value(key), std::move(value)};
  return seal(part);
}

Value Value::without(std::string_view key) const {
  const Member* found = is_object() ? find(*this, key) : nullptr;
  if (!found) return is_object() ? *this : Access::empty(Type::kObject);
  if (size() == 1) return Access::empty(Type::kObject);
  Counted* part = allocate_object(size() - 1);
  Member* to = members_of(part);
  for (const Member& member : members()) {
    if (&member != found) new (to++) Member(member);
  }
  return seal(part);
}

ObjectBuilder& ObjectBuilder::set(std::string_view key, Value value) {
  members_.push_back({Value(key), std::move(value)});
  return *this;
}

Value ObjectBuilder::finish() { return Value::object_of(std::exchange(members_, {})); }

}  // namespace vaettir::json
