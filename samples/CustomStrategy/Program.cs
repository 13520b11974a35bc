// A custom strategy: nodes of the caller's zone first.
//   dotnet run --project samples/CustomStrategy
// Two nodes in the zone "here", one "there": calls alternate between the near ones, and continue when both have left.
using CustomStrategySample;
using Micro;
using Micro.Registry;

await using var registry = MemoryRegistry.Create();
await using var near1 = await StartAsync("near-1", "here");
await using var near2 = await StartAsync("near-2", "here");
await using var far = await StartAsync("far", "there");

await using var caller = MicroService.Create(o => o
    .Name("caller").ClientOnly().Registry(registry).Logging(_ => { })
    .Strategy(new SameZoneFirst("here")));
Console.WriteLine($"all up:        {await CallAsync(4)}");
await near1.StopAsync();
Console.WriteLine($"near-1 left:   {await CallAsync(4)}");
await near2.StopAsync();
Console.WriteLine($"zone is empty: {await CallAsync(4)}");

async Task<MicroService> StartAsync(string id, string zone)
{
    var service = MicroService.Create(o => o
        .Name("inventory").Id(id).Address("127.0.0.1:0").Registry(registry).Logging(_ => { })
        .Metadata("zone", zone).ServerOptions(server => server.DrainDelay = TimeSpan.FromMilliseconds(50)));
    service.Handle<Question, Answer>("Inventory.Count", (_, _) => Task.FromResult(new Answer(id)));
    await service.StartAsync();
    return service;
}

async Task<string> CallAsync(int count)
{
    var nodes = new List<string>();
    for (var i = 0; i < count; i++)
    {
        nodes.Add((await caller.Client.CallAsync<Question, Answer>("inventory", "Inventory.Count", new Question())).Node);
    }

    return string.Join(' ', nodes);
}
