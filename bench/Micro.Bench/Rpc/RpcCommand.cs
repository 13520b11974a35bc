using System.CommandLine;
using Micro.Bench.Rpc.Reporting;

namespace Micro.Bench.Rpc;

/// <summary><c>rpc</c>: unary calls over loopback, compared with raw TCP and HttpClient.</summary>
internal static class RpcCommand
{
    public static Command Create()
    {
        var flags = new RpcFlags();
        var command = new Command("rpc", "unary echo between two processes: raw TCP, HTTP and this framework");
        flags.AddTo(command);
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var settings = flags.Read(parsed);
            var report = await new RpcRun(settings, Console.Error.WriteLine).RunAsync(cancellationToken);
            Console.WriteLine(RpcTable.Write(report));
            Console.WriteLine(RpcTargets.Write(report));
            if (settings.JsonFile is { } json)
            {
                await File.WriteAllTextAsync(json, RpcJson.Write(report), cancellationToken);
            }

            if (settings.SvgFile is { } svg)
            {
                await File.WriteAllTextAsync(svg, RpcChart.Write(report), cancellationToken);
            }

            return 0;
        });
        return command;
    }
}
