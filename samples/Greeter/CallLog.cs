using System.Text;
using Micro;
using Micro.Server;

namespace Greeter;

/// <summary>
/// Appends the id of every call that starts to a file, one per line: an id that is listed twice was executed twice.
/// Each line is one write to the operating system, so a killed server loses none.
/// </summary>
internal sealed class CallLog : IHandlerInterceptor, IDisposable
{
    private const string WithoutId = "-";
    private readonly Lock _gate = new();
    private readonly FileStream _file;

    private CallLog(FileStream file) => _file = file;

    /// <exception cref="MicroConfigurationException">The file cannot be written.</exception>
    public static CallLog Open(string path)
    {
        try
        {
            return new CallLog(new FileStream(path, FileMode.Append, FileAccess.Write, FileShare.ReadWrite, bufferSize: 0));
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            throw new MicroConfigurationException([$"--call_log '{path}' cannot be written: {exception.Message}"], exception);
        }
    }

    public ValueTask InvokeAsync(HandlerContext context, Func<HandlerContext, ValueTask> next)
    {
        var id = context.Metadata.TryGetValue(LoadRun.IdKey, out var value) ? value : WithoutId;
        var line = Encoding.UTF8.GetBytes(id + "\n");
        lock (_gate)
        {
            _file.Write(line);
        }

        return next(context);
    }

    public void Dispose() => _file.Dispose();
}
