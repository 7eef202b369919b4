import { Fleet } from '../../test/redis/fleet/fleet.ts';
import { RedisServer } from '../../test/redis/fleet/server.ts';

await using server = await RedisServer.start();
await using fleet = await Fleet.start(1, { port: server.port });
for (let i = 0; i < 3; i++) console.log(await fleet.peers[0]?.ask('cost', 1000));
