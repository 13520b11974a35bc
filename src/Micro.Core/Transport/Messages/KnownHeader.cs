namespace Micro.Transport.Messages;

/// <summary>Headers of the protocol; all others are metadata.</summary>
internal enum KnownHeader
{
    Other = -1,
    ContentLength,
    ContentType,
    ContentEncoding,
    TransferEncoding,
    Connection,
    Expect,
    Host,
    Origin,
    Timeout,
    MicroId,
    MicroService,
    MicroMethod,
    MicroEndpoint,
    MicroStream,
    MicroError,
    MicroTopic,
    MicroMux,
    MicroRpc,
    MicroCancel,
    XMicroId,
    XMicroService,
    XMicroMethod,
    XMicroEndpoint,
    XMicroStream,
    XMicroError,
    Count,
}
