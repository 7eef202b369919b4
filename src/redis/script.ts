/**
 * The whole protocol as one Lua script: takes the report and the request of a process, returns the state of the fleet.
 *
 * The script is the only writer of a circuit's keys. All keys have one hash tag, so each run is atomic on one server or
 * one node of a cluster. Redis 5 and later and every Valkey run the script.
 *
 * KEYS: state, evidence, members, sequence, failing, votes, prober, holds. ARGV: the report as JSON, the channel.
 * Times are the store's own, in milliseconds; JSON has no Infinity, so -1 means Infinity.
 */
export const SCRIPT: string = `
local STATE, EVIDENCE, MEMBERS, SEQUENCE = KEYS[1], KEYS[2], KEYS[3], KEYS[4]
local FAILING, VOTES, PROBER, HOLDS = KEYS[5], KEYS[6], KEYS[7], KEYS[8]
local q = cjson.decode(ARGV[1])
local clock = redis.call('TIME')
local us = clock[1] * 1000000 + clock[2]
local now = math.floor(us / 1000)
local alive = now - q.live

local function text(number) return string.format('%.0f', number) end
local function keep(key, extra) redis.call('PEXPIRE', key, text(q.ttl + (extra or 0))) end

-- the state of the fleet

local s = redis.call('HMGET', STATE, 'epoch', 'state', 'at', 'wait', 'attempt', 'reason', 'by', 'since')
local fleet = {
  epoch = tonumber(s[1] or '') or 0, state = s[2] or 'closed', at = tonumber(s[3] or '') or now,
  wait = tonumber(s[4] or '') or 0, attempt = tonumber(s[5] or '') or 0, reason = s[6] or '', by = s[7] or '',
}
local since = tonumber(s[8] or '') or 0

local function left()
  if fleet.state ~= 'open' then return 0 end
  if fleet.wait < 0 then return -1 end
  return math.max(0, math.min(fleet.wait, fleet.at + fleet.wait - now))
end

local function held()
  local kind
  for _, hold in ipairs(redis.call('ZRANGEBYSCORE', HOLDS, text(alive), '+inf')) do
    if string.sub(hold, 1, 1) == 'i' then return 'isolated' end
    kind = 'disabled'
  end
  return kind
end

local function news(kind)
  local message = { n = q.name, k = kind, e = text(fleet.epoch), s = fleet.state, a = fleet.attempt,
    l = left(), r = fleet.reason, i = fleet.by, h = held(), q = q.id }
  redis.pcall('PUBLISH', ARGV[2], cjson.encode(message)) -- a user without channels hears at the next heartbeat
end

local function write()
  redis.call('HSET', STATE, 'epoch', text(fleet.epoch), 'state', fleet.state, 'at', text(fleet.at),
    'wait', text(fleet.wait), 'attempt', text(fleet.attempt), 'reason', fleet.reason, 'by', fleet.by)
  keep(STATE, math.max(0, left()))
  redis.call('DEL', EVIDENCE, FAILING, VOTES, PROBER)
  news('state')
end

local function enter(state, reason, attempt, wait)
  fleet = { epoch = math.max(fleet.epoch + 1, us), state = state, at = now, wait = wait, attempt = attempt,
    reason = reason, by = q.id }
  write()
end

if q.act == 'leave' then
  for _, key in ipairs({ MEMBERS, FAILING, VOTES }) do redis.call('ZREM', key, q.id) end
  redis.call('HDEL', SEQUENCE, q.id)
  redis.call('HDEL', EVIDENCE, 'o:' .. q.id)
  if redis.call('HGET', PROBER, 'id') == q.id then redis.call('DEL', PROBER) end
  if redis.call('ZREM', HOLDS, 'i' .. q.id, 'd' .. q.id) > 0 then news('hold') end
  return '{}'
end

-- a store that lost its data, or a replica that lags, is taught by the newest epoch

local told = tonumber(q.epoch)
if told > fleet.epoch then
  fleet = { epoch = told, state = q.state, wait = q.wait, attempt = q.attempt, reason = 'taught', by = q.id,
    at = q.wait < 0 and now or now - (q.wait - q.left) }
  write()
end
local current = told == fleet.epoch

-- members: who has reported lately; a fleet that was silent waits a heartbeat before it decides

local last = redis.call('ZREVRANGE', MEMBERS, 0, 0, 'WITHSCORES')
if last[2] and tonumber(last[2]) > now + 1000 then -- the store's clock was set back
  for _, key in ipairs({ MEMBERS, FAILING, VOTES, HOLDS }) do
    redis.call('ZREMRANGEBYSCORE', key, text(now + 1000), '+inf')
  end
end
if not last[2] or tonumber(last[2]) < alive or since > now then
  since = now
  redis.call('HSET', STATE, 'since', text(now))
end
keep(STATE, math.max(0, left()))
redis.call('ZADD', MEMBERS, text(now), q.id)
keep(MEMBERS)
for _, gone in ipairs(redis.call('ZRANGEBYSCORE', MEMBERS, '-inf', text(now - q.ttl), 'LIMIT', 0, 20)) do
  redis.call('ZREM', MEMBERS, gone)
  redis.call('HDEL', SEQUENCE, gone)
end
local live = redis.call('ZCOUNT', MEMBERS, text(alive), '+inf')

if q.holds then
  local before = held()
  for _, kind in ipairs({ 'i', 'd' }) do
    if string.find(q.holds, kind, 1, true) then redis.call('ZADD', HOLDS, text(now), kind .. q.id)
    else redis.call('ZREM', HOLDS, kind .. q.id) end
  end
  keep(HOLDS)
  if held() ~= before then news('hold') end
end

-- a report is counted once, in the fleet's epoch that it belongs to, however often the client sends it

local seen = tonumber(redis.call('HGET', SEQUENCE, q.id) or '') or 0
local counted = q.seq > seen and tonumber(q.of) == fleet.epoch and fleet.state == 'closed'
if q.seq > seen then
  redis.call('HSET', SEQUENCE, q.id, text(q.seq))
  keep(SEQUENCE)
end

local bucket = q.width > 0 and math.floor(now / q.width) or 0 -- a width of 0: one bucket that forgets nothing
local step = q.excess > 0 and math.floor(now / q.step) or 0
local steps = q.excess > 0 and math.ceil(2 * q.heartbeat / q.step) + 2 or 0

if fleet.state == 'closed' then
  local epoch = text(fleet.epoch)
  if redis.call('HGET', EVIDENCE, 'epoch') ~= epoch then
    redis.call('DEL', EVIDENCE)
    redis.call('HSET', EVIDENCE, 'epoch', epoch)
  end
  keep(EVIDENCE, q.width * q.buckets)
  if counted then
    for at = 1, #q.window, 4 do
      local index = math.min(q.window[at], bucket)
      if index > bucket - q.buckets then
        for place, kind in ipairs({ 's', 'f', 'l' }) do
          local count = q.window[at + place]
          if count ~= 0 then redis.call('HINCRBY', EVIDENCE, text(index) .. kind, text(count)) end
        end
      end
    end
    local folded = tonumber(redis.call('HGET', EVIDENCE, 'folded') or '') or 0
    if folded > step then folded = 0 end
    for at = 1, #q.steps, 2 do
      local index = math.min(q.steps[at], step)
      if index > folded and index > step - steps then
        redis.call('HINCRBY', EVIDENCE, text(index) .. 'x', text(q.steps[at + 1]))
      end
    end
    if q.balance ~= 0 then redis.call('HINCRBY', EVIDENCE, 'balance', text(q.balance)) end
    if q.bad then
      redis.call('ZADD', FAILING, text(now), q.id)
      keep(FAILING, q.width * q.buckets)
    end
  end
  if current then
    if q.overdue > 0 then redis.call('HSET', EVIDENCE, 'o:' .. q.id, text(q.overdue) .. '@' .. text(now))
    else redis.call('HDEL', EVIDENCE, 'o:' .. q.id) end
  end
end

local settled = now - since >= q.heartbeat
local reply = { g = settled and 1 or 0 }

-- does the joint evidence call for open?

local function needed(part, whole, threshold, minimum)
  local more = threshold < 1 and math.ceil((threshold * whole - part) / (1 - threshold))
    or (part < whole and 1e9 or 0)
  return math.max(1, more, minimum - whole)
end

local function judge()
  local count = { s = 0, f = 0, l = 0 }
  local overdue, nets, order, stale, meta = 0, {}, {}, {}, {}
  local all = redis.call('HGETALL', EVIDENCE)
  for at = 1, #all, 2 do
    local name, value = all[at], all[at + 1]
    local index, kind = string.match(name, '^(%d+)(%a)$')
    if not index then
      local slow, seenAt = string.match(value, '^(%d+)@(%d+)$')
      if not slow then meta[name] = tonumber(value) or value
      elseif tonumber(seenAt) >= alive then overdue = overdue + tonumber(slow)
      else stale[#stale + 1] = name end
    else
      index = tonumber(index)
      if kind == 'x' then
        if index > step then stale[#stale + 1] = name -- the store's clock was set back
        else
          nets[index] = tonumber(value)
          order[#order + 1] = index
        end
      elseif index <= bucket - q.buckets or index > bucket then stale[#stale + 1] = name
      else count[kind] = count[kind] + tonumber(value) end
    end
  end

  if meta.asked and meta.asked > now then meta.asked = nil end

  -- the excess rule over sums of bad minus good calls by steps of time: sums commute, so the order in which
  -- reports arrive decides nothing
  local excess, troubled, folded = meta.excess or 0, meta.troubled or 0, nil
  if troubled > now + q.step then troubled = now end
  table.sort(order)
  for _, index in ipairs(order) do
    local after = math.min(q.excess, math.max(0, excess + nets[index]))
    if excess == 0 and after > 0 then troubled = (index + 1) * q.step end
    excess = after
    if index <= step - steps then
      folded = index
      stale[#stale + 1] = text(index) .. 'x'
      meta.excess, meta.troubled = excess, troubled
    end
  end
  if folded then
    redis.call('HSET', EVIDENCE, 'excess', text(meta.excess), 'troubled', text(meta.troubled), 'folded', text(folded))
  end
  for at = 1, #stale, 500 do
    redis.call('HDEL', EVIDENCE, unpack(stale, at, math.min(at + 499, #stale)))
  end

  local calls, slow = count.s + count.f, count.l + overdue
  local balance = meta.balance or 0
  local reason, slack, from = nil, 1e9, now - q.width * q.buckets
  if q.width == 0 then from = 0 end
  local function rate(name, part, whole, threshold)
    if threshold == 0 then return end
    if whole > 0 and whole >= q.minimum and part / whole >= threshold then reason = reason or name
    else slack = math.min(slack, needed(part, whole, threshold, q.minimum)) end
  end
  rate('failure-rate', count.f, calls, q.rate)
  rate('slow-call-rate', slow, calls + overdue, q.slow)
  if q.failures > 0 then
    if count.f >= q.failures then reason = reason or 'failures'
    else slack = math.min(slack, q.failures - count.f) end
  end
  if q.excess > 0 and q.hold >= 0 then
    local wait = balance <= 0 and 0 or math.max(0, troubled + q.hold - now)
    if excess < q.excess then slack = math.min(slack, q.excess - excess)
    elseif wait > 0 then slack, reply.d = 1, wait
    elseif q.bad or meta.asked then
      if not reason then from = troubled - 2 * q.step end
      reason = reason or 'excess-failures'
    else slack = 1 end
  end
  if q.trips then reason = reason or 'trip-when' end

  local failing = redis.call('ZCOUNT', FAILING, text(from), '+inf')
  if reason and failing < q.quorum then
    -- one process more has to fail; the failing ones need not hurry
    slack = redis.call('ZSCORE', FAILING, q.id) and 1e9 or 1
  end
  reply.v = { count.s, count.f, count.l, overdue, excess, excess > 0 and math.max(0, now - troubled) or 0 }
  reply.f = failing
  reply.k = slack

  if reason and failing >= q.quorum and settled then
    -- successes may be under way: every live process has to have spoken lately, and once more where few calls decide
    local few = calls < 50 or reason == 'excess-failures'
    local lately = few and now + 1 or now - q.heartbeat / 4
    local fresh = meta.asked or lately
    if redis.call('ZCOUNT', MEMBERS, text(fresh), '+inf') >= live
      or (meta.asked and now - meta.asked >= q.heartbeat) then
      if q.open then enter('open', reason, 1, q.open) else reply.c = 1 end
    elseif not meta.asked then
      redis.call('HSET', EVIDENCE, 'asked', text(now), 'asker', q.id, 'answered', 0)
      news('flush')
    end
    return
  end
  if meta.asked and not reason then
    -- a process with other rules, or whose tripWhen said nothing, must not take back the question of the asker
    if meta.asker == q.id or now - meta.asked >= 2 * q.heartbeat then
      redis.call('HDEL', EVIDENCE, 'asked', 'asker', 'answered')
    elseif meta.answered == 0 and redis.call('ZCOUNT', MEMBERS, text(meta.asked), '+inf') >= live then
      redis.call('HSET', EVIDENCE, 'answered', 1)
      news('flush') -- all have answered: the asker judges now
    end
  end
  if q.bad and failing >= q.quorum and live > 1 then
    if not meta.slack or slack > meta.slack then redis.call('HSET', EVIDENCE, 'slack', text(slack))
    elseif slack * 2 <= meta.slack then
      redis.call('HSET', EVIDENCE, 'slack', text(slack))
      news('flush')
    end
  end
end

if q.act == 'trip' then
  if fleet.state == 'closed' or left() == 0 then enter('open', 'trip', math.max(1, fleet.attempt), q.open) end
elseif q.act == 'reset' then
  enter('closed', 'reset', 0, 0)
elseif current and fleet.state == 'open' then
  if q.act == 'close' then
    enter('closed', 'probes-succeeded', 0, 0)
  elseif q.act == 'reopen' then
    enter('open', 'probes-failed', q.number, q.open)
  end
elseif current then
  if q.vote then
    redis.call('ZADD', VOTES, text(now), q.id)
    redis.call('ZADD', FAILING, text(now), q.id)
    keep(VOTES)
    keep(FAILING, q.width * q.buckets)
  else
    redis.call('ZREM', VOTES, q.id)
  end
  local votes = redis.call('ZCOUNT', VOTES, text(alive), '+inf')
  -- the fleet is open where most of its processes are, each by its own rules
  if q.vote and votes >= q.quorum and votes * 2 > live and settled then
    enter('open', 'votes', q.number, q.open)
  else
    judge()
  end
end

-- one prober at a time, by a lease; who has just failed lets another process go first

if fleet.state == 'open' then
  local lease = redis.call('HMGET', PROBER, 'id', 'until')
  local holder, untilWhen = lease[1], tonumber(lease[2] or '') or 0
  local taken = holder and untilWhen > now and untilWhen <= now + q.lease
    and (tonumber(redis.call('ZSCORE', MEMBERS, holder) or '') or 0) >= alive
  if q.act == 'free' then
    if holder == q.id then redis.call('DEL', PROBER) end
  elseif q.act == 'ask' and current then
    if taken and holder ~= q.id then
      reply.b = 1
    elseif fleet.reason == 'probes-failed' and fleet.by == q.id and live > 1 and holder ~= q.id
      and left() >= 0 and now < fleet.at + fleet.wait + q.heartbeat then
      reply.b = 1
    else
      redis.call('HSET', PROBER, 'id', q.id, 'until', text(now + q.lease))
      redis.call('PEXPIRE', PROBER, text(q.lease))
      reply.m = 1
    end
  elseif taken then
    if holder == q.id then reply.m = 1 else reply.b = 1 end
  end
end

reply.t, reply.e, reply.s, reply.a, reply.l = now, text(fleet.epoch), fleet.state, fleet.attempt, left()
reply.r, reply.i, reply.n, reply.h = fleet.reason, fleet.by, live, held()
return cjson.encode(reply)
`;
