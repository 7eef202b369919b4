// The other service: HTTP and TCP, and it can be made sick. There is no circuit breaker in this file.
import {
  Controller,
  Get,
  HttpCode,
  InternalServerErrorException,
  Module,
  NotFoundException,
  Param,
  Post,
} from '@nestjs/common';
import { MessagePattern } from '@nestjs/microservices';

@Controller()
export class WarehouseController {
  sick = false;
  /** Requests for stock that have arrived. */
  asked = 0;

  @Post('mood/:mood')
  @HttpCode(204)
  mood(@Param('mood') mood: string): void {
    this.sick = mood === 'sick';
  }

  @Get('stock/:item')
  stock(@Param('item') item: string): { item: string; left: number } {
    this.asked++;
    if (this.sick) throw new InternalServerErrorException();
    if (item !== 'tea') throw new NotFoundException();
    return { item, left: 7 };
  }

  @MessagePattern('price')
  price(item: string): { item: string; euros: number } {
    return { item, euros: 4.5 };
  }
}

@Module({ controllers: [WarehouseController] })
export class WarehouseModule {}
