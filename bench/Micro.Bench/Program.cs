using System.CommandLine;
using Micro.Bench.Fleet;
using Micro.Bench.Idle;
using Micro.Bench.Rpc;
using Micro.Bench.Serving;
using Micro.Bench.Snapshots;
using Micro.Bench.Starting;

var root = new RootCommand("Benchmarks of Micro for .NET, with comparisons in the same run");
root.Subcommands.Add(RpcCommand.Create());
root.Subcommands.Add(FleetCommand.Create());
root.Subcommands.Add(IdleCommand.Create());
root.Subcommands.Add(StartCommand.Create());
root.Subcommands.Add(SnapshotCommand.Create());
root.Subcommands.Add(ServeCommand.Create());

try
{
    return await root.Parse(args).InvokeAsync(new InvocationConfiguration { EnableDefaultExceptionHandler = false });
}
catch (OperationCanceledException)
{
    await Console.Error.WriteLineAsync("cancelled");
    return 1;
}
catch (Exception error)
{
    // After a failure there are no figures; the stack shows the failed call.
    await Console.Error.WriteLineAsync(error.ToString());
    return 1;
}
