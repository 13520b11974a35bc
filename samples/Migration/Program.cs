// A fleet moves from Consul to etcd while calls run. With both servers running:
//   dotnet run --project samples/Migration -- --registry_address=consul=127.0.0.1:8500,etcd=127.0.0.1:2379
// or start both with a script, which stops them at the end:
//   bash samples/Migration/run.sh
using Micro;
using Micro.Registry;
using MigrationSample;

if (!args.Any(flag => flag.StartsWith("--registry_address=", StringComparison.Ordinal)))
{
    args = [.. args, "--registry_address=consul=127.0.0.1:8500,etcd=127.0.0.1:2379"];
}

await using var fleet = new Fleet(args);
try
{
    await fleet.StartAsync("consul", nodes: 3);
    using var load = Load.Start(fleet.Caller, callsPerSecond: 200);
    foreach (var registry in (string[])["consul,etcd", "etcd"])
    {
        await load.RunAsync(TimeSpan.FromSeconds(0.5));
        await fleet.RollServersAsync(registry);
        await load.RunAsync(TimeSpan.FromSeconds(0.5));
        await fleet.RollCallerAsync(registry, load);
    }

    await load.RunAsync(TimeSpan.FromSeconds(0.5));
    await load.StopAsync();
    Console.WriteLine($"{load.Made} calls, {load.Failures.Count} failed");
    load.Failures.ForEach(Console.Error.WriteLine);
    return load.Failures.Count == 0 ? 0 : 1;
}
catch (Exception exception) when (exception is RegistryException or MicroException or MicroConfigurationException)
{
    Console.Error.WriteLine($"{exception.Message}\nare Consul and etcd running? bash samples/Migration/run.sh starts both");
    return 2;
}
