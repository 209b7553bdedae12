#include <new>

#include "base/core/json_parts.h"

namespace vaettir::json {
namespace {

using detail::Counted;
using detail::slots;
using Access = ValueAccess;

// Never destroyed: it owns nothing, and views of it may be read until the very end.
[[clang::no_destroy]] constinit const Value kUndefinedValue;

// True for the owner that gave up last.
bool last_owner_leaves(Counted* part) {
  // A lone owner needs no locked instruction: nobody else can come into being beside it.
  return part->owners.load(std::memory_order_acquire) == 1 ||
         part->owners.fetch_sub(1, std::memory_order_acq_rel) == 1;
}

// Takes a dead container apart without recursion and without memory of its own: Values are taken
// from the end, and the slot of a child that is gone into holds the way back up.
void take_apart(Counted* dead) {
  Counted* up = nullptr;
  while (true) {
    if (dead->size == 0) {
      ::operator delete(dead);
      if (!up) return;
      dead = up;
      std::memcpy(&up, static_cast<void*>(slots(dead) + dead->size), sizeof up);
      continue;
    }
    Value* last = slots(dead) + --dead->size;
    if (!Access::is_shared(*last)) continue;
    Counted* child = Access::shared(*last);
    if (!last_owner_leaves(child)) continue;
    if (last->is_string()) {
      ::operator delete(child);
      continue;
    }
    std::memcpy(static_cast<void*>(last), &up, sizeof up);
    up = std::exchange(dead, child);
  }
}

}  // namespace

namespace detail {

Counted* allocate(std::size_t bytes, std::size_t size) {
  CHECK(size <= UINT32_MAX);
  return new (::operator new(sizeof(Counted) + bytes)) Counted{1, static_cast<std::uint32_t>(size)};
}

void release(Counted* part, Type type) noexcept {
  if (!last_owner_leaves(part)) return;
  if (type == Type::kString) {
    ::operator delete(part);
  } else {
    take_apart(part);
  }
}

Value make_array(std::span<Value> elements) {
  if (elements.empty()) return Access::empty(Type::kArray);
  Counted* part = allocate(elements.size_bytes(), elements.size());
  std::uninitialized_move(elements.begin(), elements.end(), slots(part));
  return Access::adopt(Type::kArray, part);
}

}  // namespace detail

Value::Value(std::string_view text) {
  if (text.size() <= Access::kMaxInline) {
    *this = Access::inline_text(text);
    return;
  }
  Counted* part = detail::allocate(text.size(), text.size());
  std::memcpy(part + 1, text.data(), text.size());
  type_ = Type::kString;
  inline_size_ = kShared;
  bits_.shared = part;
}

Value Value::array(std::vector<Value> elements) { return detail::make_array(elements); }

std::string_view Value::string() const {
  assert(is_string());
  if (!is_shared()) return {Access::inline_bytes(*this), inline_size_};
  return {reinterpret_cast<const char*>(bits_.shared + 1), bits_.shared->size};
}

std::span<const Value> Value::elements() const {
  assert(is_array());
  if (!is_shared()) return {};
  return {slots(bits_.shared), bits_.shared->size};
}

std::size_t Value::size() const {
  if (!is_shared() || is_string()) return 0;
  return is_array() ? bits_.shared->size : bits_.shared->size / 2;
}

const Value& Value::operator[](std::size_t index) const {
  if (is_array()) return index < size() ? elements()[index] : kUndefinedValue;
  if (is_object()) return (*this)[std::string_view(std::to_string(index))];
  return kUndefinedValue;
}

Value Value::with_element(Value value) const {
  std::span<const Value> old;
  if (is_array()) old = elements();
  Counted* part = detail::allocate((old.size() + 1) * sizeof(Value), old.size() + 1);
  std::uninitialized_copy(old.begin(), old.end(), slots(part));
  new (slots(part) + old.size()) Value(std::move(value));
  return Access::adopt(Type::kArray, part);
}

std::size_t Value::footprint() const {
  std::size_t total = sizeof(Value);
  std::vector<const Value*> open{this};
  while (!open.empty()) {
    const Value& value = *open.back();
    open.pop_back();
    if (!value.is_shared()) continue;
    Counted* part = value.bits_.shared;
    total += sizeof(Counted);
    if (value.is_string()) {
      total += part->size;
      continue;
    }
    total += part->size * sizeof(Value);
    if (value.is_object() && value.size() > detail::kLinearMembers) {
      total += value.size() * sizeof(std::uint32_t);
    }
    for (std::size_t i = 0; i < part->size; ++i) {
      if (const Value& child = slots(part)[i]; child.is_shared()) open.push_back(&child);
    }
  }
  return total;
}

namespace {

using Pairs = std::vector<std::pair<const Value*, const Value*>>;

// Compares one level; children that are containers themselves are left in `open`.
bool equal_here(const Value& a, const Value& b, Pairs& open) {
  if (a.type() != b.type()) return false;
  switch (a.type()) {
    case Type::kUndefined:
    case Type::kNull:
      return true;
    case Type::kBoolean:
      return a.boolean() == b.boolean();
    case Type::kNumber:
      return a.number() == b.number() || (a.number() != a.number() && b.number() != b.number());
    case Type::kString:
      return a.string() == b.string();
    case Type::kArray:
    case Type::kObject:
      break;
  }
  if (a.size() != b.size()) return false;
  if (a.empty() || Access::shared(a) == Access::shared(b)) return true;
  open.emplace_back(&a, &b);
  return true;
}

bool equal_inside(const Value& a, const Value& b, Pairs& open) {
  if (a.is_array()) {
    for (std::size_t i = 0; i < a.size(); ++i) {
      if (!equal_here(a.elements()[i], b.elements()[i], open)) return false;
    }
    return true;
  }
  for (std::size_t i = 0; i < a.size(); ++i) {
    const Member& mine = a.members()[i];
    const Member& other = b.members()[i];
    if (mine.key() == other.key()) {  // the usual case: the same order
      if (!equal_here(mine.value, other.value, open)) return false;
    } else if (!b.has(mine.key()) || !equal_here(mine.value, b[mine.key()], open)) {
      return false;
    }
  }
  return true;
}

}  // namespace

bool operator==(const Value& a, const Value& b) {
  Pairs open;
  if (!equal_here(a, b, open)) return false;
  while (!open.empty()) {
    auto [x, y] = open.back();
    open.pop_back();
    if (!equal_inside(*x, *y, open)) return false;
  }
  return true;
}

const Value& detail::undefined_value() { return kUndefinedValue; }

}  // namespace vaettir::json
