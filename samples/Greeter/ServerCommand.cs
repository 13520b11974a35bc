using System.CommandLine;
using System.Globalization;
using Micro;

namespace Greeter;

/// <summary><c>server [flags]</c>: one node of the service.</summary>
internal static class ServerCommand
{
    /// <summary>Ends the node with the process that started it; the demo sets it.</summary>
    public const string WithParentFlag = "--exit_with_parent";

    public static async Task<int> RunAsync(string[] args)
    {
        var withParent = new Option<bool>(WithParentFlag) { Description = "stop when standard input is closed" };
        var callLog = new Option<string>("--call_log") { Description = "file to append the id of every call to" };
        CallLog? log = null;
        using var stop = new CancellationTokenSource();
        var watchesParent = false;
        await using var service = MicroService.Create(
            options => options
                .Name("greeter")
                .Metadata("pid", Environment.ProcessId.ToString(CultureInfo.InvariantCulture))
                .Flags(withParent, callLog)
                .Action(parsed =>
                {
                    watchesParent = parsed.GetValue(withParent);
                    if (parsed.GetValue(callLog) is { Length: > 0 } path)
                    {
                        options.WrapHandler(log = CallLog.Open(path));
                    }
                }),
            args);
        // Handle(new GreeterService()) is shorter; this form uses no reflection, so the sample can be trimmed.
        service.HandleContract(Greeter.Descriptor, binder => Greeter.BindService(binder, new GreeterService()));
        if (watchesParent)
        {
            _ = Task.Run(() => StopAtEndOfInputAsync(stop));
        }

        using (log)
        {
            return await service.RunAsync(stop.Token);
        }
    }

    private static async Task StopAtEndOfInputAsync(CancellationTokenSource stop)
    {
        await using var input = Console.OpenStandardInput();
        await input.CopyToAsync(Stream.Null);
        await stop.CancelAsync();
    }
}
